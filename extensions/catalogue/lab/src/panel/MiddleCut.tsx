import type { ReactElement } from 'react';

/** Shorter text is cut at its end, if at all. */
const LEAST = 28;

interface Props {
  readonly text: string;
  /** How many characters of the end stay in view. */
  readonly end: number;
}

/**
 * Text of one line that gives way in its middle where there is no room: ends are often what differs. Browsers put a
 * blank between its halves for a screen reader, so what is called by it needs a label.
 */
export function MiddleCut({ text, end }: Props): ReactElement {
  if (text.length < Math.max(LEAST, 2 * end)) {
    return <>{text}</>;
  }
  return (
    <span className="eohub-MiddleCut">
      <span>{text.slice(0, -end)}</span>
      <span>{text.slice(-end)}</span>
    </span>
  );
}
