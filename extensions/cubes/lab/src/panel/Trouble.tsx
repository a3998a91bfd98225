import type { Problem } from '@eohub/toolkit/lib/problem';
import type { ReactElement, ReactNode } from 'react';

interface TroubleProps {
  readonly problem: Problem | null;
  /** Said where there is no problem but nothing to see either. */
  readonly text?: string;
  readonly onRetry?: () => void;
  readonly children?: ReactNode;
}

/** What happened, and the next step. */
export function Trouble({ problem, text, onRetry, children }: TroubleProps): ReactElement {
  return (
    <div className="eohub-CubeTrouble" role={problem ? 'alert' : 'status'}>
      <p>{problem?.detail ?? text}</p>
      {problem?.hint && <p className="eohub-CubeQuiet">{problem.hint}</p>}
      {children}
      {onRetry && (
        <button type="button" className="eohub-CubeButton" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Something that is read, and the way to end it. */
export function Waiting({
  text,
  onStop
}: {
  readonly text: string;
  readonly onStop: () => void;
}): ReactElement {
  return (
    <p className="eohub-CubeWaiting" role="status">
      <span className="eohub-CubeSpinner" aria-hidden="true" />
      {text}
      <button type="button" className="eohub-CubeButton" onClick={onStop}>
        Cancel
      </button>
    </p>
  );
}

/** What a person should know before they rely on the data. */
export function Notes({ notes }: { readonly notes: readonly string[] }): ReactElement | null {
  return notes.length === 0 ? null : (
    <ul className="eohub-CubeNotes" aria-label="Notes">
      {notes.map(note => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
}
