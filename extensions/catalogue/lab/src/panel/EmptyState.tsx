import type { ReactElement } from 'react';
import { filtersOf, type Filter } from '../filters';
import { isAsking, type SearchForm, type SearchState } from '../state';

interface Props {
  readonly state: SearchState;
  readonly onReload: () => void;
  readonly onWithout: (filter: Filter) => void;
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
  const form = state.searched ?? state.form;
  const filters = filtersOf(form);
  if (filters.length === 0) {
    return <p className="eohub-Empty">The catalogues that answered hold no items yet.</p>;
  }
  // What is known to help comes alone; the others would find nothing either.
  const offered = state.decisive?.length ? state.decisive : filters;
  const isNoneEnough = state.decisive?.length === 0;
  return (
    <div className="eohub-Empty">
      <p>
        Nothing found{filters.map(each => ` ${named(form, each)}`).join('')}.
        {isNoneEnough && ' Leaving out only one of them finds nothing either.'}
        {state.decisive?.length === 1 && ` There are items without the ${state.decisive[0]}.`}
      </p>
      {form.words.trim().includes(' ') && <p>Every word has to occur, so fewer find more.</p>}
      {offered.map(each => (
        <button key={each} type="button" className="jp-mod-styled" onClick={() => onWithout(each)}>
          Search without {each === 'words' ? quoted(form) : 'the dates'}
        </button>
      ))}
    </div>
  );
}

function named(form: SearchForm, filter: Filter): string {
  return filter === 'words'
    ? `for ${quoted(form)}`
    : `from ${form.from || 'any day'} to ${form.to || 'any day'}`;
}

function quoted(form: SearchForm): string {
  return `“${form.words.trim()}”`;
}
