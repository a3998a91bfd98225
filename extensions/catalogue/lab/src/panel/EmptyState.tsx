import type { ReactElement } from 'react';
import { isAsking, type SearchState } from '../state';

interface Props {
  readonly state: SearchState;
  readonly onReload: () => void;
  readonly onWithout: (part: 'words' | 'dates') => void;
}

/** Where there is nothing to list: what happened, and the next step. */
export function EmptyState({ state, onReload, onWithout }: Props): ReactElement | null {
  if (state.problem !== null) {
    return (
      <div className="eohub-Empty" role="alert">
        <p>{state.problem.detail}</p>
        {state.problem.hint && <p>{state.problem.hint}</p>}
        <button type="button" className="jp-mod-styled" onClick={onReload}>
          Try again
        </button>
      </div>
    );
  }
  if (state.loading) {
    return <p className="eohub-Empty">Looking for catalogues</p>;
  }
  if (state.rows.length === 0) {
    return (
      <div className="eohub-Empty">
        <p>No catalogue is configured.</p>
        <p>
          Set <code>EOHUB_CATALOGUE_SERVER_CATALOGUES</code> or{' '}
          <code>c.EOHubCatalogue.catalogues</code> for this Jupyter server to a list of STAC APIs,
          then start it again.
        </p>
      </div>
    );
  }
  if (isAsking(state)) {
    return <p className="eohub-Empty">Searching</p>;
  }
  if (state.rows.some(row => row.health.kind === 'ok' && row.answered)) {
    return <NothingFound state={state} onWithout={onWithout} />;
  }
  const waiting = state.rows.some(row => row.health.kind === 'retrying');
  return (
    <div className="eohub-Empty">
      <p>
        {waiting
          ? 'Items appear here as soon as a catalogue answers.'
          : 'No catalogue has answered this search.'}
      </p>
      {!waiting && (
        <button type="button" className="jp-mod-styled" onClick={onReload}>
          Search again
        </button>
      )}
    </div>
  );
}

function NothingFound({ state, onWithout }: Pick<Props, 'state' | 'onWithout'>): ReactElement {
  const { words, from, to } = state.searched ?? state.form;
  const hasDates = from !== '' || to !== '';
  const hasWords = words.trim() !== '';
  if (!hasDates && !hasWords) {
    return <p className="eohub-Empty">The catalogues that answered hold no items yet.</p>;
  }
  return (
    <div className="eohub-Empty">
      <p>
        Nothing found{hasWords ? ` for “${words.trim()}”` : ''}
        {hasDates ? ` from ${from || 'any day'} to ${to || 'any day'}` : ''}.
      </p>
      {hasDates && (
        <button type="button" className="jp-mod-styled" onClick={() => onWithout('dates')}>
          Search without dates
        </button>
      )}
      {hasWords && (
        <button type="button" className="jp-mod-styled" onClick={() => onWithout('words')}>
          Search without words
        </button>
      )}
    </div>
  );
}
