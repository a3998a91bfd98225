import { useEffect, useState, type ReactElement } from 'react';

const TOLD_MS = 2000;

interface Props {
  /** What is copied, said to a screen reader: "the address of data". */
  readonly what: string;
  readonly text: string;
  readonly onCopy: (text: string) => void;
}

/** Copies a text and says so for a moment. */
export function CopyButton({ what, text, onCopy }: Props): ReactElement {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    const timer = copied ? window.setTimeout(() => setCopied(false), TOLD_MS) : undefined;
    return () => window.clearTimeout(timer);
  }, [copied]);
  return (
    <button
      type="button"
      className="eohub-Copy"
      aria-label={copied ? `Copied ${what}` : `Copy ${what}`}
      title={`Copy ${what}`}
      onClick={() => {
        onCopy(text);
        setCopied(true);
      }}
    >
      {copied ? 'copied' : 'copy'}
    </button>
  );
}
