import { useRef, type KeyboardEvent, type ReactElement } from 'react';
import { isAsking, keyOf, type SearchState } from '../state';
import type { ItemSummary } from '../tokens';
import { total } from './format';
import { ResultRow } from './ResultRow';

interface Props {
  readonly state: SearchState;
  readonly onSelect: (key: string) => void;
  readonly onInsert: (item: ItemSummary, key: string) => void;
  readonly onMore: () => void;
}

/** The items found, walked with the arrow keys, and the way to more of them. */
export function ResultList({ state, onSelect, onInsert, onMore }: Props): ReactElement {
  const list = useRef<HTMLUListElement>(null);
  const titles = new Map(state.rows.map(row => [row.source.id, row.source.title]));
  const keys = state.items.map(keyOf);
  const reachable = Math.max(0, keys.indexOf(state.selected ?? ''));
  const walk = (event: KeyboardEvent<HTMLLIElement>, index: number, item: ItemSummary) => {
    if (event.target !== event.currentTarget) {
      return;
    }
    const target = targetOf(event.key, index, keys.length);
    if (target !== null) {
      event.preventDefault();
      (list.current?.children[target] as HTMLElement | undefined)?.focus();
    } else if (event.key === 'Enter' && item.code_refusal === null) {
      event.preventDefault();
      onInsert(item, keys[index] ?? '');
    }
  };
  return (
    <>
      <ul ref={list} className="eohub-ResultList" aria-label="Items" aria-busy={isAsking(state)}>
        {state.items.map((item, index) => {
          const key = keys[index] ?? '';
          return (
            <ResultRow
              key={`${key}${index}`}
              item={item}
              catalogue={titles.size > 1 ? (titles.get(item.catalogue) ?? null) : null}
              selected={key === state.selected}
              reachable={index === reachable}
              inserting={key === state.inserting}
              onSelect={() => onSelect(key)}
              onInsert={() => onInsert(item, key)}
              onKeyDown={event => walk(event, index, item)}
            />
          );
        })}
      </ul>
      <More state={state} onMore={onMore} />
    </>
  );
}

function targetOf(key: string, index: number, count: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return Math.min(index + 1, count - 1);
    case 'ArrowUp':
      return Math.max(index - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

function More({ state, onMore }: Pick<Props, 'state' | 'onMore'>): ReactElement {
  const totals = state.rows.map(row => row.matched);
  const matched = totals.reduce<number | null>(
    (sum, each) => (sum === null || each === null ? null : sum + each),
    0
  );
  const isAll = state.rows.every(row => row.answered && row.next === null && row.note === null);
  const canMore = state.rows.some(row => row.next !== null && row.health.kind === 'ok');
  return (
    <div className="eohub-More">
      <span>{total(state.items.length, matched, isAll)}</span>
      {canMore && (
        <button type="button" className="jp-mod-styled" onClick={onMore}>
          more
        </button>
      )}
    </div>
  );
}
