import { useEffect, useState, type ReactElement } from 'react';
import type { CatalogueHealth, CatalogueRow, DataStoreRow } from '../state';
import { useIcons } from './icons';

interface Props {
  readonly rows: readonly CatalogueRow[];
  readonly dataStore: DataStoreRow | null;
  readonly onRetry: (catalogue: string) => void;
  readonly onRetryDataStore: () => void;
}

/** One row per catalogue and one for the data: how it does, and a button where a person can do something. */
export function StatusRows(props: Props): ReactElement {
  const { rows, dataStore, onRetry, onRetryDataStore } = props;
  return (
    <ul className="eohub-StatusRows" aria-label="Catalogues and data store">
      {rows.map(row => (
        <StatusRow
          key={row.source.id}
          title={row.source.title}
          address={row.source.url}
          health={row.health}
          found={found(row)}
          note={row.note}
          onRetry={() => onRetry(row.source.id)}
        />
      ))}
      {dataStore !== null && (
        <StatusRow
          title="Data store"
          address={dataStore.url}
          health={dataStore.health}
          found=""
          note={null}
          onRetry={onRetryDataStore}
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
  readonly note: string | null;
  readonly onRetry: () => void;
}

function StatusRow({ title, address, health, found, note, onRetry }: RowProps): ReactElement {
  const { refresh: Refresh } = useIcons();
  const problem = 'problem' in health ? health.problem : null;
  const canRetry =
    health.kind === 'retrying' || health.kind === 'failed' || health.kind === 'stopped';
  return (
    <li className="eohub-StatusRow" data-health={health.kind}>
      <span className="eohub-StatusRow-light" aria-hidden="true" />
      <span className="eohub-StatusRow-title" title={address ?? undefined}>
        {title}
      </span>
      <span className="eohub-StatusRow-state" role="status">
        {wording(health, found)}
      </span>
      {health.kind === 'retrying' && <Countdown until={health.at} />}
      {canRetry && (
        <button
          type="button"
          className="eohub-IconButton"
          title={`Try ${title} again now`}
          aria-label={`Try ${title} again now`}
          onClick={onRetry}
        >
          <Refresh />
        </button>
      )}
      {problem && (
        <p className="eohub-StatusRow-problem">
          {problem.detail} {problem.hint}
        </p>
      )}
      {note && <p className="eohub-StatusRow-problem">{note}</p>}
    </li>
  );
}

function found(row: CatalogueRow): string {
  return `${row.matched ?? row.shown}${row.matched === null && row.next !== null ? '+' : ''}`;
}

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
      return 'unreachable, retrying';
    case 'failed':
      return ['unavailable', 'server_unreachable', 'server_stopped'].includes(health.problem.code)
        ? 'unreachable'
        : 'failed';
  }
}

/** Seconds left; hidden from screen readers, which would read every one of them. */
function Countdown({ until }: { until: number }): ReactElement {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 500);
    return () => window.clearInterval(timer);
  }, [until]);
  return <span aria-hidden="true">in {Math.max(0, Math.ceil((until - now) / 1000))} s</span>;
}
