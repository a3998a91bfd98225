import type { ReactElement } from 'react';
import type { DriveState } from '../state';
import type { DriveActions } from './DrivePanel';
import { bytes, minute } from './format';

interface Props {
  readonly state: DriveState;
  readonly actions: DriveActions;
}

/** The selected row: its facts, and what can be done with it. */
export function Selection({ state, actions }: Props): ReactElement | null {
  const row = state.rows.find(each => each.key === state.selected);
  if (row === undefined) {
    return null;
  }
  const isWritable = state.location?.place.writable ?? false;
  const isObject = row.kind === 'object';
  return (
    <section className="eohub-S3-selection" aria-label="Selected">
      <div className="eohub-S3-facts">
        <strong>{row.name}</strong>
        <span>{row.size === null ? 'Folder' : `${bytes(row.size)}, ${minute(row.modified)}`}</span>
      </div>
      <div className="eohub-S3-actions">
        <Action name="Open" onClick={() => actions.open(row)} />
        {actions.isData(row) && (
          <Action name="Look at the data" onClick={() => actions.look(row)} />
        )}
        {isObject && <Action name="Download" onClick={() => actions.download(row)} />}
        <Action name="Copy path" onClick={() => actions.copyPath(row)} />
        <Action name="Insert path" onClick={() => actions.insertPath(row)} />
        {isWritable && <Action name="Delete" onClick={() => actions.remove(row)} />}
      </div>
    </section>
  );
}

function Action({
  name,
  onClick
}: {
  readonly name: string;
  readonly onClick: () => void;
}): ReactElement {
  return (
    <button type="button" className="eohub-S3-link" onClick={onClick}>
      {name}
    </button>
  );
}
