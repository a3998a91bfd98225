import { useMemo, useState, type ReactElement } from 'react';
import { bytes } from '../format';
import { CopyButton } from './CopyButton';

/** More makes a browser slow, and nobody reads it. */
const MOST_CHARACTERS = 100_000;

interface Props {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly onCopy: (text: string) => void;
}

/** The item as it came, written out when somebody wants to see it. */
export function RawJson({ raw, onCopy }: Props): ReactElement {
  const [open, setOpen] = useState(false);
  return (
    <details
      className="eohub-RawJson"
      open={open}
      onToggle={event => setOpen(event.currentTarget.open)}
    >
      <summary>The item as JSON</summary>
      {open && <Written raw={raw} onCopy={onCopy} />}
    </details>
  );
}

function Written({ raw, onCopy }: Props): ReactElement {
  const text = useMemo(() => JSON.stringify(raw, null, 2), [raw]);
  const isCut = text.length > MOST_CHARACTERS;
  return (
    <>
      <CopyButton what="the item as JSON" text={text} onCopy={onCopy} />
      {isCut && (
        <p>It is {bytes(text.length)} long: its beginning is shown, and all of it is copied.</p>
      )}
      <pre tabIndex={0}>{isCut ? text.slice(0, MOST_CHARACTERS) : text}</pre>
    </>
  );
}
