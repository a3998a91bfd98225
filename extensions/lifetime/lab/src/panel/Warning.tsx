import type { ReactElement } from 'react';
import type { Ending } from '../tokens';
import { countdown, inWords } from './format';

const URGENT_SECONDS = 120;

interface Props {
  readonly ending: Ending;
  readonly secondsLeft: number;
  readonly isKeeping: boolean;
  readonly onKeep: () => void;
  readonly onSave: () => void;
}

/** The bar on top of the Lab: how long the server still runs, why it ends, and what can be done. */
export function Warning({ ending, secondsLeft, isKeeping, onKeep, onSave }: Props): ReactElement {
  const isUrgent = secondsLeft < URGENT_SECONDS;
  return (
    <section
      className={`eohub-Lifetime-bar${isUrgent ? ' eohub-mod-urgent' : ''}`}
      aria-label="End of this server"
    >
      <p className="eohub-Lifetime-text">
        <strong>
          {secondsLeft > 0 ? (
            <>
              This server stops in{' '}
              <span role="timer" aria-live="off" className="eohub-Lifetime-time">
                {countdown(secondsLeft)}
              </span>
              .
            </>
          ) : (
            'This server is being stopped.'
          )}
        </strong>{' '}
        {reason(ending)}
      </p>
      <span role="status" className="eohub-Lifetime-spoken">
        {spoken(ending, secondsLeft)}
      </span>
      {ending.keep_seconds !== null && secondsLeft > 0 && (
        <button
          type="button"
          className="jp-mod-styled jp-mod-accept"
          disabled={isKeeping}
          onClick={onKeep}
        >
          {`Keep for ${inWords(ending.keep_seconds)}`}
        </button>
      )}
      <button type="button" className="jp-mod-styled jp-mod-reject" onClick={onSave}>
        Save all
      </button>
    </section>
  );
}

function reason(ending: Ending): string {
  switch (ending.cause) {
    case 'refused':
      return `You may not run it any more. ${ending.why}`;
    case 'age':
      return `${ending.why} Save your work; you can start it again.`;
    case 'idle':
      return ending.why;
  }
}

/** What a screen reader says: once a minute, and not with every second. */
function spoken(ending: Ending, secondsLeft: number): string {
  const minutes = Math.ceil(secondsLeft / 60);
  return minutes > 0
    ? `This server stops in ${inWords(minutes * 60)}. ${reason(ending)}`
    : 'This server is being stopped.';
}
