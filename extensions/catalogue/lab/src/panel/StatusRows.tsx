import { useEffect, useState, type ReactElement } from 'react';
import type { CatalogueRow } from '../state';
import { useIcons } from './icons';

interface Props {
  readonly rows: readonly CatalogueRow[];
  readonly onRetry: (catalogue: string) => void;
}

/** One row per catalogue: how it does, and a button where a person can do something about it. */
export function StatusRows({ rows, onRetry }: Props): ReactElement {
  return (
    <ul className="eohub-StatusRows" aria-label="Catalogues">
      {rows.map(row => (
        <StatusRow key={row.source.id} row={row} onRetry={onRetry} />
      ))}
    </ul>
  );
}

function StatusRow({
  row,
  onRetry
}: {
  row: CatalogueRow;
  onRetry: Props['onRetry'];
}): ReactElement {
  const { refresh: Refresh } = useIcons();
  const { health, source } = row;
  const problem = 'problem' in health ? health.problem : null;
  const canRetry =
    health.kind === 'retrying' || health.kind === 'failed' || health.kind === 'stopped';
  return (
    <li className="eohub-StatusRow" data-health={health.kind}>
      <span className="eohub-StatusRow-light" aria-hidden="true" />
      <span className="eohub-StatusRow-title" title={source.url}>
        {source.title}
      </span>
      <span className="eohub-StatusRow-state" role="status">
        {wording(row)}
      </span>
      {health.kind === 'retrying' && <Countdown until={health.at} />}
      {canRetry && (
        <button
          type="button"
          className="eohub-IconButton"
          title={`Try ${source.title} again now`}
          aria-label={`Try ${source.title} again now`}
          onClick={() => onRetry(source.id)}
        >
          <Refresh />
        </button>
      )}
      {problem && (
        <p className="eohub-StatusRow-problem">
          {problem.detail} {health.kind === 'failed' ? problem.hint : ''}
        </p>
      )}
      {row.note && <p className="eohub-StatusRow-problem">{row.note}</p>}
    </li>
  );
}

function wording(row: CatalogueRow): string {
  switch (row.health.kind) {
    case 'waiting':
      return '';
    case 'asking':
      return 'searching';
    case 'ok':
      return `ok ${row.matched ?? row.shown}${row.matched === null && row.next !== null ? '+' : ''}`;
    case 'stopped':
      return 'stopped';
    case 'retrying':
      return 'unreachable, retrying';
    case 'failed':
      return ['unavailable', 'server_unreachable'].includes(row.health.problem.code)
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
