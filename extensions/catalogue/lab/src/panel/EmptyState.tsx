import type { ReactElement } from 'react';
import {
  chosenRows,
  hasAnswered,
  isAsking,
  isOfServer,
  isWaiting,
  problemOfRow,
  refusalOf
} from '../state';
import type { CatalogueRow, SearchState } from '../state';
import { usePanel, type PanelState } from './context';
import { NothingFound } from './NothingFound';

/** Where there is nothing to list: what happened, and the next step. */
export function EmptyState({ state }: { state: PanelState }): ReactElement {
  const { actions } = usePanel();
  const { search, collections } = state;
  const again = () => void actions.search.load();
  if (search.problem !== null) {
    return (
      <div className="eohub-Empty" role="alert">
        <p>{search.problem.detail}</p>
        {search.problem.hint && <p>{search.problem.hint}</p>}
        <Next label="Try again" onClick={again} />
      </div>
    );
  }
  if (search.loading && search.rows.length === 0) {
    return <p className="eohub-Empty">Looking for catalogues</p>;
  }
  if (search.rows.length === 0) {
    return <NoCatalogue />;
  }
  const rows = chosenRows(search);
  if (rows.length === 0) {
    return (
      <div className="eohub-Empty">
        <p>No catalogue is chosen, so there is nothing to search.</p>
        <Next label="Choose catalogues" onClick={() => actions.search.fold('catalogues', true)} />
      </div>
    );
  }
  if (isAsking(search)) {
    return <p className="eohub-Empty">Searching</p>;
  }
  if (rows.some(hasAnswered)) {
    return <NothingFound search={search} collections={collections} />;
  }
  return <NobodyAnswers search={search} onAgain={again} />;
}

const NETWORK: ReadonlySet<string> = new Set(['unavailable', 'timed_out']);

/** Why there is no answer, as far as it is the same for all: the filter, the way to the server, or beyond it. */
function reasonOf(search: SearchState, rows: readonly CatalogueRow[]): string {
  const refusal = refusalOf(search);
  const problems = rows.map(row => problemOfRow(row)).filter(each => each !== null);
  const away = rows.find(isOfServer);
  const server = away ? problemOfRow(away) : null;
  const told = refusal ?? server;
  if (server && !navigator.onLine) {
    return 'Your browser has no network just now, so it does not reach your Jupyter server.';
  }
  if (told) {
    return `${told.detail} ${told.hint ?? ''}`.trim();
  }
  const who =
    rows.length === 1 ? 'The catalogue does not answer' : 'None of the catalogues answers';
  return problems.length === rows.length && problems.every(each => NETWORK.has(each.code))
    ? `${who}, while your Jupyter server does. Perhaps this server has no way to the network just now.`
    : `${who} this search; the reason stands above.`;
}

function NobodyAnswers({
  search,
  onAgain
}: {
  search: SearchState;
  onAgain: () => void;
}): ReactElement {
  const { actions } = usePanel();
  const rows = chosenRows(search);
  const willAnswer = rows.some(isWaiting);
  const isRefused = refusalOf(search) !== null;
  const isStopped = rows.every(row => row.health.kind === 'stopped');
  const frozen = search.rows.filter(row => !row.chosen && row.source.kind === 'frozen');
  if (isStopped) {
    return (
      <div className="eohub-Empty">
        <p>The search was stopped.</p>
        <Next label="Search again" onClick={onAgain} />
      </div>
    );
  }
  return (
    <div className="eohub-Empty">
      <p role={isRefused ? 'alert' : undefined}>{reasonOf(search, rows)}</p>
      {willAnswer && <p>Items appear here as soon as a catalogue answers.</p>}
      {frozen.length > 0 && !isRefused && (
        <>
          <p>Frozen searches need no network:</p>
          {frozen.map(({ source }) => (
            <Next
              key={source.id}
              label={`Search ${source.title}`}
              onClick={() => actions.search.choose(source.id, true)}
            />
          ))}
        </>
      )}
      {!willAnswer && <Next label="Search again" onClick={onAgain} />}
    </div>
  );
}

function NoCatalogue(): ReactElement {
  const { actions } = usePanel();
  return (
    <div className="eohub-Empty">
      <p>No catalogue is configured.</p>
      <Next label="Add a catalogue" onClick={() => actions.search.fold('catalogues', true)} />
      <p>
        Those who run this Jupyter server give it catalogues with{' '}
        <code>EOHUB_CATALOGUE_SERVER_CATALOGUES</code> or <code>c.EOHubCatalogue.catalogues</code>.
      </p>
    </div>
  );
}

/** A button with the next step. */
export function Next({ label, onClick }: { label: string; onClick: () => void }): ReactElement {
  return (
    <button type="button" className="jp-mod-styled" onClick={onClick}>
      {label}
    </button>
  );
}
