import type { ReactElement } from 'react';
import type { DriveState } from '../state';
import type { DriveActions } from './DrivePanel';

interface Props {
  readonly state: DriveState;
  readonly actions: DriveActions;
}

/** Where there is nothing to list: what happened, and the next step. */
export function Empty({ state, actions }: Props): ReactElement {
  const { problem, loading, location, places } = state;
  if (problem !== null) {
    return (
      <div className="eohub-S3-empty" role="alert">
        <p>{problem.detail}</p>
        {problem.hint && <p>{problem.hint}</p>}
        <button type="button" className="jp-mod-styled" onClick={actions.reload}>
          Try again
        </button>
      </div>
    );
  }
  if (loading || (location === null && places === null)) {
    return <p className="eohub-S3-empty">{location ? 'Listing' : 'Looking for your places'}</p>;
  }
  if (location === null) {
    return (
      <div className="eohub-S3-empty">
        <p>Your S3 keys open no bucket.</p>
        <p>
          Without an EOHub, set <code>EOHUB_DRIVE_PLACES</code> for this Jupyter server where your
          keys may not list the buckets, then start it again.
        </p>
      </div>
    );
  }
  return (
    <div className="eohub-S3-empty">
      <p>This folder is empty.</p>
      {location.place.writable ? (
        <p>Drop files here, or upload them with the button above.</p>
      ) : (
        <p>You may only read here.</p>
      )}
    </div>
  );
}
