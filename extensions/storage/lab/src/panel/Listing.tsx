import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactElement
} from 'react';
import type { DriveState, Row } from '../state';
import type { DriveActions } from './DrivePanel';
import { bytes, shown, visibleRows } from './format';
import { useIcons } from './icons';

/** CSS pixels of a row; the style sheet says the same. */
const ROW_HEIGHT = 24;
const PAGE = 20;

interface Props {
  readonly state: DriveState;
  readonly actions: DriveActions;
}

/** The names of a prefix, of which only those in view are drawn; the next page comes when its place does. */
export function Listing({ state, actions }: Props): ReactElement {
  const { rows, selected, next, loading } = state;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const look = () => {
    const { scrollTop = 0, clientHeight = 0 } = box.current ?? {};
    setView({ top: scrollTop, height: clientHeight || 600 });
  };
  useLayoutEffect(look, [rows.length]);
  const { first, last } = visibleRows(view.top, view.height, ROW_HEIGHT, rows.length);
  const nearsEnd = last === rows.length && rows.length * ROW_HEIGHT > view.height;
  const { more } = actions;
  useEffect(() => {
    if (nearsEnd && next !== null && !loading && state.problem === null) {
      more();
    }
  }, [nearsEnd, next, loading, state.problem, more]);
  const index = rows.findIndex(row => row.key === selected);
  const walk = (event: KeyboardEvent) => {
    const row = rows[index];
    const target = targetOf(event.key, index, rows.length);
    if (target !== null) {
      event.preventDefault();
      actions.select(rows[target]?.key ?? '');
      reveal(box.current, target);
    } else if (act(event.key, row, actions)) {
      event.preventDefault();
    }
  };
  return (
    <div ref={box} className="eohub-S3-scroll" onScroll={look}>
      <ul
        role="listbox"
        tabIndex={0}
        aria-label="Objects"
        aria-busy={loading}
        aria-activedescendant={index >= 0 ? idOf(index) : undefined}
        className="eohub-S3-list"
        style={{ height: rows.length * ROW_HEIGHT }}
        onKeyDown={walk}
      >
        {rows.slice(first, last).map((row, offset) => (
          <Line
            key={row.key}
            row={row}
            index={first + offset}
            count={next === null ? rows.length : -1}
            selected={row.key === selected}
            actions={actions}
          />
        ))}
      </ul>
      <More state={state} onMore={more} />
    </div>
  );
}

interface LineProps {
  readonly row: Row;
  readonly index: number;
  readonly count: number;
  readonly selected: boolean;
  readonly actions: DriveActions;
}

function Line({ row, index, count, selected, actions }: LineProps): ReactElement {
  const icons = useIcons();
  const Icon = row.kind === 'prefix' ? icons.folder : icons.file;
  return (
    <li
      id={idOf(index)}
      role="option"
      aria-selected={selected}
      aria-posinset={index + 1}
      aria-setsize={count}
      className="eohub-S3-row"
      style={{ top: index * ROW_HEIGHT }}
      title={row.name}
      onMouseDown={() => actions.select(row.key)}
      onDoubleClick={() => actions.open(row)}
    >
      <Icon />
      <span className="eohub-S3-name">{row.name}</span>
      <span className="eohub-S3-size">{row.size === null ? '' : bytes(row.size)}</span>
    </li>
  );
}

function More({
  state,
  onMore
}: {
  readonly state: DriveState;
  readonly onMore: () => void;
}): ReactElement {
  const { rows, next, loading, problem } = state;
  return (
    <div className="eohub-S3-more">
      <span>{shown(rows.length, next === null)}</span>
      {problem !== null && <span role="alert">{problem.detail}</span>}
      {next !== null && (
        <button
          type="button"
          className="jp-mod-styled"
          aria-disabled={loading}
          onClick={loading ? undefined : onMore}
        >
          {loading ? 'Loading' : 'Load more'}
        </button>
      )}
    </div>
  );
}

function targetOf(key: string, index: number, count: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return Math.min(index + 1, count - 1);
    case 'ArrowUp':
      return Math.max(index - 1, 0);
    case 'PageDown':
      return Math.min(index + PAGE, count - 1);
    case 'PageUp':
      return Math.max(index - PAGE, 0);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

/** Do what a key means for the selected row; false where it means nothing. */
function act(key: string, row: Row | undefined, actions: DriveActions): boolean {
  if (key === 'Backspace') {
    actions.up();
    return true;
  }
  if (row !== undefined && key === 'Enter') {
    actions.open(row);
    return true;
  }
  if (row !== undefined && key === 'Delete') {
    actions.remove(row);
    return true;
  }
  return false;
}

function reveal(box: HTMLElement | null, index: number): void {
  if (box === null) {
    return;
  }
  const top = index * ROW_HEIGHT;
  if (top < box.scrollTop) {
    box.scrollTop = top;
  } else if (top + ROW_HEIGHT > box.scrollTop + box.clientHeight) {
    box.scrollTop = top + ROW_HEIGHT - box.clientHeight;
  }
}

function idOf(index: number): string {
  return `eohub-s3-row-${index}`;
}
