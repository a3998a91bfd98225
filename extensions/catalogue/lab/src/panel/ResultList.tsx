import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactElement,
  type RefObject
} from 'react';
import type { Found } from '../merge';
import { isAsking, isOld, type SearchState } from '../state';
import { usePanel } from './context';
import { ResultRow, ROW_HEIGHT } from './ResultRow';
import { drawn, lengthOf, scrollTo, topOf, useScroll, type Rows } from './window';

const REST_MS = 300;

/** The items found, of which only those in view are drawn; walked with the arrow keys. */
export function ResultList({ search }: { search: SearchState }): ReactElement {
  const { actions } = usePanel();
  const { found, selected, highlighted } = search;
  const box = useRef<HTMLDivElement>(null);
  const [extra, setExtra] = useState(0);
  const open = found.findIndex(row => row.key === selected);
  const rows: Rows = { count: found.length, height: ROW_HEIGHT, open, extra: open < 0 ? 0 : extra };
  const { scrolled, view } = useScroll(box);
  const [first, last] = drawn(rows, scrolled, view);
  const reachable = Math.max(0, open);
  const shown = indexesOf(first, last, reachable, rows.count);
  const titles = new Map(search.rows.map(row => [row.source.id, row.source.title]));
  useKeptScroll(box, search, rows);
  useInView(box, rows, open);
  const walk = useWalk(box, found);
  const measure = useCallback((height: number) => setExtra(Math.max(0, height - ROW_HEIGHT)), []);
  return (
    <div ref={box} className="eohub-Results" onMouseLeave={() => actions.search.highlight(null)}>
      <ul
        className="eohub-ResultList"
        aria-label="Items"
        aria-busy={isAsking(search)}
        data-old={isOld(search)}
        data-pictures={found.some(row => row.item.quicklook !== null)}
        style={{ height: lengthOf(rows) }}
        onKeyDown={walk}
      >
        {shown.map(index => {
          const row = found[index];
          return (
            row && (
              <ResultRow
                key={row.key}
                row={row}
                index={index}
                count={
                  isAsking(search) || search.rows.some(each => each.next !== null) ? -1 : rows.count
                }
                top={topOf(rows, index)}
                catalogues={titles}
                isSelected={index === open}
                isHighlighted={row.key === highlighted}
                isReachable={index === reachable}
                isInserting={row.key === search.inserting}
                onHeight={measure}
              />
            )
          );
        })}
      </ul>
    </div>
  );
}

/** The rows to draw; the one that holds the focus stays, however far the list is scrolled. */
function indexesOf(
  first: number,
  last: number,
  reachable: number,
  count: number
): readonly number[] {
  const inView = Array.from(
    { length: Math.max(0, last - first + 1) },
    (_, offset) => first + offset
  );
  const isThere = (reachable >= first && reachable <= last) || reachable >= count;
  return isThere ? inView : [...inView, reachable].sort((one, other) => one - other);
}

/** Keys that walk through the rows; a row is selected when it is reached. */
function useWalk(
  box: RefObject<HTMLElement>,
  found: readonly Found[]
): (event: KeyboardEvent<HTMLElement>) => void {
  const { actions } = usePanel();
  const wanted = useRef<number | null>(null);
  useEffect(() => {
    if (wanted.current !== null) {
      const row = box.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"]`);
      row?.focus({ preventScroll: true });
      wanted.current = null;
    }
  });
  return event => {
    const target = event.target as HTMLElement;
    const index = Number(target.dataset['index'] ?? Number.NaN);
    const row = found[index];
    // Keys of buttons and links inside of a row are theirs.
    if (!row) {
      return;
    }
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1);
    const to = targetOf(event.key, index, found.length, page);
    const next = to === null ? undefined : found[to];
    if (to !== null && next) {
      event.preventDefault();
      wanted.current = to;
      actions.search.select(next.key);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const { code_refusal, data_refusal } = row.item;
      if ((actions.opensData ? data_refusal : code_refusal) === null) {
        actions.insert(row.item, row.key);
      } else {
        actions.openItem(row.item);
      }
    } else if (event.key === 'Escape') {
      event.preventDefault();
      wanted.current = index;
      actions.search.select(null);
    } else if (
      event.key === ' ' ||
      event.key === 'ContextMenu' ||
      (event.key === 'F10' && event.shiftKey)
    ) {
      event.preventDefault();
      actions.search.select(row.key);
      const { left, bottom } = target.getBoundingClientRect();
      actions.openMenu(left + 12, Math.min(bottom, window.innerHeight) - 24);
    }
  };
}

function targetOf(key: string, index: number, count: number, page: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return Math.min(index + 1, count - 1);
    case 'ArrowUp':
      return Math.max(index - 1, 0);
    case 'PageDown':
      return Math.min(index + page, count - 1);
    case 'PageUp':
      return Math.max(index - page, 0);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

/** Bring a row into view when it becomes the selected one, here or on the map. */
function useInView(box: RefObject<HTMLElement>, rows: Rows, open: number): void {
  const last = useRef(open);
  const { extra } = rows;
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || open < 0 || last.current === open) {
      last.current = open;
      return;
    }
    // The height of the row is known once it has been drawn open.
    if (extra > 0) {
      last.current = open;
    }
    const to = scrollTo(rows, open, element.scrollTop, element.clientHeight);
    if (to !== null) {
      element.scrollTop = to;
    }
  });
}

/**
 * Begin where the list was before a reload, at the top for a new search or order, and note where it comes to rest.
 * Rows that come in above those in view do not move them.
 */
function useKeptScroll(box: RefObject<HTMLElement>, search: SearchState, rows: Rows): void {
  const { actions } = usePanel();
  const { searched, found, view } = search;
  const wanted = useRef<number | null>(view.scroll === 0 ? null : view.scroll);
  const order = useRef({ searched, sort: view.sort });
  const top = useRef({ found, key: found[0]?.key, at: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) {
      return;
    }
    if (order.current.searched !== searched || order.current.sort !== view.sort) {
      order.current = { searched, sort: view.sort };
      wanted.current = null;
      element.scrollTop = 0;
    } else if (wanted.current !== null) {
      element.scrollTop = wanted.current;
      if (element.scrollTop >= wanted.current && !isAsking(search)) {
        wanted.current = null;
      }
    } else if (top.current.found !== found && element.scrollTop > 0) {
      const index = found.findIndex(row => row.key === top.current.key);
      element.scrollTop += index < 0 ? 0 : topOf(rows, index) - top.current.at;
    }
    const first = Math.min(Math.floor(element.scrollTop / ROW_HEIGHT), found.length - 1);
    top.current = { found, key: found[first]?.key, at: topOf(rows, first) };
  });
  useEffect(() => {
    const element = box.current;
    let timer = 0;
    const note = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        if (element && wanted.current === null) {
          actions.search.arrange({ scroll: Math.round(element.scrollTop) });
        }
      }, REST_MS);
    };
    // Whoever scrolls by hand no longer wants the old place.
    const give = () => (wanted.current = null);
    const byHand = ['wheel', 'pointerdown', 'keydown'] as const;
    element?.addEventListener('scroll', note, { passive: true });
    byHand.forEach(each => element?.addEventListener(each, give, { passive: true }));
    return () => {
      window.clearTimeout(timer);
      element?.removeEventListener('scroll', note);
      byHand.forEach(each => element?.removeEventListener(each, give));
    };
  }, [actions, box]);
}
