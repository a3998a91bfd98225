import { useEffect, useState, type ReactElement } from 'react';
import { filterNames } from '../describe';
import { chosenRows, isOfServer, refusalOf } from '../state';
import type { CatalogueHealth, CatalogueRow, SearchState } from '../state';
import { isTotalWrong } from '../totals';
import { usePanel } from './context';
import { number, plural } from './format';
import { IconButton } from './Header';

/** One row per catalogue and one for the data: how it does, and a button where a person can do something. */
export function StatusRows({ search }: { search: SearchState }): ReactElement {
  const { actions } = usePanel();
  const { dataStore } = search;
  // What is wrong with the filters is no fault of a catalogue, and is said once, below.
  const isSaidBelow = search.found.length === 0 && refusalOf(search) !== null;
  const isServerAway = search.found.length === 0 && chosenRows(search).every(isOfServer);
  return (
    <ul className="eohub-StatusRows" aria-label="Catalogues and data store">
      {chosenRows(search).map(row => (
        <StatusRow
          key={row.source.id}
          title={row.source.title}
          address={row.source.url ?? row.source.path}
          health={row.health}
          found={foundOf(row)}
          notes={notesOf(row)}
          isSaidBelow={isSaidBelow}
          isServerAway={isServerAway}
          onRetry={() => actions.search.retry(row.source.id)}
        />
      ))}
      {dataStore !== null && (
        <StatusRow
          title="Data store"
          address={dataStore.url}
          health={dataStore.health}
          found=""
          notes={[]}
          onRetry={actions.retryDataStore}
        />
      )}
    </ul>
  );
}

interface RowProps {
  readonly title: string;
  readonly address: string | null;
  readonly health: CatalogueHealth;
  /** What stands behind "ok". */
  readonly found: string;
  readonly notes: readonly string[];
  /** Whether its problem is said elsewhere. */
  readonly isSaidBelow?: boolean;
  /** Whether no catalogue answers because the Jupyter server does not, which is said once, below. */
  readonly isServerAway?: boolean;
  readonly onRetry: () => void;
}

function StatusRow(props: RowProps): ReactElement {
  const { icons } = usePanel();
  const { title, address, health, found, notes, isSaidBelow = false, onRetry } = props;
  const isTold = 'problem' in health && !isSaidBelow && props.isServerAway !== true;
  const problem = isTold ? health.problem : null;
  const canRetry =
    !isSaidBelow && ['retrying', 'partial', 'failed', 'stopped'].includes(health.kind);
  const told = problem ? [`${problem.detail} ${problem.hint ?? ''}`.trim(), ...notes] : notes;
  return (
    <li className="eohub-StatusRow" data-health={health.kind} data-long={told.length > 0}>
      <span className="eohub-StatusRow-light" aria-hidden="true" />
      <span className="eohub-StatusRow-title" title={address ?? undefined}>
        {title}
      </span>
      <span className="eohub-StatusRow-state" role="status">
        {isSaidBelow ? 'not searched' : wording(health, found)}
      </span>
      {'at' in health && health.at !== null && (
        <Countdown until={health.at} before={BUSY.has(health.problem.code) ? '' : 'in '} />
      )}
      {canRetry && (
        <IconButton label={`Try ${title} again now`} onClick={onRetry}>
          <icons.refresh />
        </IconButton>
      )}
      {told.map(each => (
        <p key={each} className="eohub-StatusRow-problem">
          {each}
        </p>
      ))}
    </li>
  );
}

/** How many items of how many; a total that cannot be right is left out. */
function foundOf(row: CatalogueRow): string {
  const { shown, matched, next } = row;
  if (next === null) {
    return number(shown);
  }
  return matched === null || isTotalWrong(row)
    ? `${number(shown)}+`
    : `${number(shown)} of ${number(matched)}`;
}

/** What a person should know about how a catalogue's part of the list came to be. */
function notesOf(row: CatalogueRow): readonly string[] {
  const notes: string[] = [];
  if (row.note !== null) {
    notes.push(row.note);
  } else if (row.doneHere.length > 0) {
    notes.push(
      `It cannot search by ${filterNames(row.doneHere)}: that was done here, on what it gave.`
    );
  }
  if (!row.sorted && row.next !== null) {
    notes.push('It does not sort: only what it gave so far is in order.');
  }
  if (isTotalWrong(row)) {
    const gave = plural(row.shown + row.repeated, 'item');
    notes.push(`Its total of ${number(row.matched ?? 0)} cannot be right: it gave ${gave}.`);
  }
  if (row.repeated > 0) {
    notes.push(`It gave ${plural(row.repeated, 'item')} more than once; each is one row here.`);
  }
  return notes;
}

const AWAY: ReadonlySet<string> = new Set(['unavailable', 'server_unreachable', 'server_stopped']);
const BUSY: ReadonlySet<string> = new Set(['catalogue_busy', 'too_many']);

function wording(health: CatalogueHealth, found: string): string {
  switch (health.kind) {
    case 'waiting':
      return '';
    case 'asking':
      return 'searching';
    case 'ok':
      return `ok ${found}`.trim();
    case 'stopped':
      return 'stopped';
    case 'retrying':
      return BUSY.has(health.problem.code) ? 'waits' : `${faultOf(health.problem.code)}, retrying`;
    case 'partial':
      return health.at === null ? `${faultOf(health.problem.code)}, ${found}` : 'waits';
    case 'failed':
      return faultOf(health.problem.code);
  }
}

function faultOf(code: string): string {
  if (BUSY.has(code)) {
    return 'busy';
  }
  if (code === 'login_needed') {
    return 'needs login';
  }
  if (code === 'timed_out') {
    return 'timed out';
  }
  return AWAY.has(code) ? 'unreachable' : 'failed';
}

/** Seconds left; hidden from screen readers, which would read every one of them. */
function Countdown({ until, before }: { until: number; before: string }): ReactElement {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 500);
    return () => window.clearInterval(timer);
  }, [until]);
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  return <span aria-hidden="true">{`${before}${seconds} s`}</span>;
}
