import {
  memo,
  useEffect,
  useId,
  useRef,
  useState,
  type FocusEvent,
  type MouseEvent,
  type ReactElement,
  type RefObject
} from 'react';
import type { Found } from '../merge';
import type { ItemSummary } from '../tokens';
import { usePanel } from './context';
import { facts, period, plural, shape } from './format';
import { ItemDetails } from './ItemDetails';
import { MenuButton } from './MenuButton';
import { MiddleCut } from './MiddleCut';

/** Height of a row that is not open, in pixels. */
export const ROW_HEIGHT = 74;

interface Props {
  readonly row: Found;
  readonly index: number;
  /** How many rows there are, or -1 where that is unknown. */
  readonly count: number;
  readonly top: number;
  readonly catalogues: ReadonlyMap<string, string>;
  readonly isSelected: boolean;
  readonly isHighlighted: boolean;
  readonly isReachable: boolean;
  readonly isInserting: boolean;
  /** Told how high the row is while it is open. */
  readonly onHeight: (pixels: number) => void;
}

/** One item: what it is, how large, when, what is wrong with it, and what can be done with it. */
export function ResultRow(props: Props): ReactElement {
  const { actions } = usePanel();
  const { row, index, isSelected } = props;
  const element = useRef<HTMLLIElement>(null);
  useHeight(element, isSelected, props.onHeight);
  const select = () => actions.search.select(row.key);
  return (
    <li
      ref={element}
      className="eohub-ResultRow"
      data-index={index}
      data-files={actions.opensData && row.item.data.length > 1 ? row.item.data.length : undefined}
      data-highlighted={props.isHighlighted}
      style={{ top: props.top, [isSelected ? 'minHeight' : 'height']: ROW_HEIGHT }}
      tabIndex={props.isReachable ? 0 : -1}
      aria-current={isSelected}
      aria-label={row.item.title}
      aria-posinset={index + 1}
      aria-setsize={props.count}
      onFocus={event => selectByKeyboard(event, select)}
      onClick={select}
      onContextMenu={select}
      onMouseDown={keepUnmarked}
      onDoubleClick={() => actions.openItem(row.item)}
      onMouseEnter={() => actions.search.highlight(row.key)}
    >
      <Quicklook item={row.item} />
      <div className="eohub-ResultRow-head">
        <span className="eohub-ResultRow-title" title={row.item.title}>
          <MiddleCut text={row.item.title} end={12} />
        </span>
        <span className="eohub-Kind">{row.item.kind}</span>
      </div>
      <div className="eohub-ResultRow-middle">
        <Facts row={row} catalogues={props.catalogues} />
        <Defects item={row.item} />
      </div>
      <div className="eohub-ResultRow-foot">
        <When item={row.item} />
        <RowButtons row={row} isInserting={props.isInserting} />
      </div>
      {isSelected && <ItemDetails row={row} catalogues={props.catalogues} />}
    </li>
  );
}

/**
 * Select what the keyboard reaches. A mouse selects when its button is up: the row that was selected before
 * closes, and what is pressed would move away from under the pointer.
 */
function selectByKeyboard(event: FocusEvent<HTMLLIElement>, select: () => void): void {
  if (event.target === event.currentTarget && event.target.matches(':focus-visible')) {
    select();
  }
}

/** A double click opens the item's page; it marks no text besides, except in what the open row tells. */
function keepUnmarked(event: MouseEvent<HTMLLIElement>): void {
  const isText = event.target instanceof Element && event.target.closest('.eohub-Details');
  if (event.detail > 1 && !isText) {
    event.preventDefault();
  }
}

function useHeight(
  element: RefObject<HTMLElement>,
  isSelected: boolean,
  onHeight: (pixels: number) => void
): void {
  useEffect(() => {
    const row = element.current;
    if (!isSelected || !row) {
      return undefined;
    }
    const sizes = new ResizeObserver(() => onHeight(row.offsetHeight));
    sizes.observe(row);
    onHeight(row.offsetHeight);
    return () => sizes.disconnect();
  }, [element, isSelected, onHeight]);
}

/** The small picture of an item, asked for when its row is drawn; none where it cannot be had. */
const Quicklook = memo(function Quicklook({ item }: { item: ItemSummary }): ReactElement {
  const { actions } = usePanel();
  const [isGone, setGone] = useState(false);
  const { catalogue, collection, id, quicklook } = item;
  if (quicklook === null || isGone) {
    return <span className="eohub-Quicklook eohub-None" aria-hidden="true" />;
  }
  const key = { catalogue, collection, item: id, asset: quicklook };
  return (
    <img
      className="eohub-Quicklook"
      src={actions.quicklookUrl(key)}
      alt=""
      loading="lazy"
      decoding="async"
      onError={() => setGone(true)}
    />
  );
});

function Facts({ row, catalogues }: Pick<Props, 'row' | 'catalogues'>): ReactElement {
  const { item, also } = row;
  const names = [item, ...also].map(each => catalogues.get(each.catalogue) ?? each.catalogue);
  const where = catalogues.size > 1 ? names.join(' and ') : null;
  const told = [...facts(item), where].filter(Boolean);
  return (
    <div className="eohub-ResultRow-facts" title={told.join(' · ')}>
      {told.map((each, index) => (
        <span key={index}>{each}</span>
      ))}
    </div>
  );
}

function When({ item }: { item: ItemSummary }): ReactElement {
  const told = [period(item.start, item.end), shape(item.dimensions)].filter(Boolean);
  return (
    <div className="eohub-ResultRow-facts eohub-When" title={told.join(' · ')}>
      {told.map((each, index) => (
        <span key={index}>{each}</span>
      ))}
    </div>
  );
}

/** A mark with the number of defects; the row tells them when it is open. */
function Defects({ item }: { item: ItemSummary }): ReactElement | null {
  const told = item.defects.map(each => each.message).join(' ');
  return item.defects.length === 0 ? null : (
    <span className="eohub-Defects" title={told}>
      {plural(item.defects.length, 'defect')}
    </span>
  );
}

function RowButtons({ row, isInserting }: { row: Found; isInserting: boolean }): ReactElement {
  const { icons, actions } = usePanel();
  const reasonId = useId();
  const { item } = row;
  const refusal = actions.opensData ? item.data_refusal : item.code_refusal;
  const openMenu = (x: number, y: number) => {
    actions.search.select(row.key);
    actions.openMenu(x, y);
  };
  if (item.offer !== null && refusal !== null) {
    return <OrderButtons item={item} onOpen={openMenu} />;
  }
  return (
    <div className="eohub-Split">
      {actions.opensData ? (
        <MenuButton
          of={item.title}
          text={isInserting ? 'Inserting' : 'Open'}
          refusal={refusal}
          reasonId={reasonId}
          caret={icons.caret}
          onOpen={openMenu}
        />
      ) : (
        <InsertButtons row={row} isInserting={isInserting} reasonId={reasonId} onOpen={openMenu} />
      )}
      {refusal !== null && (
        <span id={reasonId} className="eohub-Refusal">
          {refusal}
        </span>
      )}
    </div>
  );
}

interface MenuProps {
  readonly item: ItemSummary;
  readonly onOpen: (x: number, y: number) => void;
}

/** Orders what has to be made or fetched before it can be opened. */
function OrderButtons({ item, onOpen }: MenuProps): ReactElement {
  const { actions } = usePanel();
  return (
    <div className="eohub-Split">
      <button
        type="button"
        className="jp-mod-styled eohub-Insert"
        title="Ask the catalogue to make or fetch this data"
        onClick={() => void actions.orders.order(item)}
      >
        Order data
      </button>
      <CaretButton item={item} onOpen={onOpen} />
    </div>
  );
}

function CaretButton({ item, onOpen }: MenuProps): ReactElement {
  const { icons } = usePanel();
  return (
    <button
      type="button"
      className="jp-mod-styled eohub-Open"
      aria-haspopup="menu"
      aria-label={`Open ${item.title}`}
      title="Open"
      onClick={event => {
        const { left, bottom } = event.currentTarget.getBoundingClientRect();
        onOpen(left, bottom);
      }}
    >
      <icons.caret />
    </button>
  );
}

interface InsertProps {
  readonly row: Found;
  readonly isInserting: boolean;
  readonly reasonId: string;
  readonly onOpen: (x: number, y: number) => void;
}

/** Inserts the catalogue's own code, where nothing here can look at data. */
function InsertButtons({ row, isInserting, reasonId, onOpen }: InsertProps): ReactElement {
  const { icons, actions } = usePanel();
  const refusal = row.item.code_refusal;
  return (
    <>
      <button
        type="button"
        className="jp-mod-styled eohub-Insert"
        // Not `disabled`: the reason has to be reachable by keyboard and screen reader.
        aria-disabled={refusal !== null || isInserting}
        aria-describedby={refusal === null ? undefined : reasonId}
        title={refusal ?? 'Insert code that opens and plots this item'}
        onClick={() => {
          if (refusal === null && !isInserting) {
            actions.insert(row.item, row.key);
          }
        }}
      >
        <icons.add /> <span>{isInserting ? 'Inserting' : 'Insert code'}</span>
      </button>
      <CaretButton item={row.item} onOpen={onOpen} />
    </>
  );
}
