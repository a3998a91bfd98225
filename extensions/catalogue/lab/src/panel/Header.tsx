import type { ReactElement } from 'react';
import { isUnderWay } from '../orders';
import { chosenRows, type SearchState, type Section } from '../state';
import type { Order } from '../tokens';
import { usePanel } from './context';

interface Props {
  readonly search: SearchState;
  readonly orders: readonly Order[];
}

/** The panel's name, and what can be folded open below it. */
export function Header({ search, orders }: Props): ReactElement {
  const { icons, actions } = usePanel();
  const chosen = chosenRows(search).length;
  const isOrdering =
    orders.length > 0 || search.rows.some(({ source }) => source.kind === 'destine');
  const underWay = orders.filter(isUnderWay).length;
  const isSome = chosen < search.rows.length;
  const count = isSome ? ` ${chosen}/${search.rows.length}` : '';
  return (
    <header className="eohub-Header">
      <h2>Catalogue</h2>
      <Fold search={search} section="catalogues" label={`Catalogues${count}`} />
      <Fold search={search} section="saved" label="Saved" />
      {isOrdering && (
        <Fold search={search} section="orders" label={`Orders${underWay ? ` ${underWay}` : ''}`} />
      )}
      <IconButton
        label="List the catalogues and search again"
        onClick={() => void actions.search.load()}
      >
        <icons.refresh />
      </IconButton>
    </header>
  );
}

interface FoldProps {
  readonly search: SearchState;
  readonly section: Section;
  readonly label: string;
}

/** A button that folds a part of the panel open or away. */
export function Fold({ search, section, label }: FoldProps): ReactElement {
  const { icons, actions } = usePanel();
  const isOpen = search.view.open.includes(section);
  return (
    <button
      type="button"
      className="eohub-Fold"
      aria-expanded={isOpen}
      onClick={() => actions.search.fold(section, !isOpen)}
    >
      {label} <icons.caret />
    </button>
  );
}

interface IconButtonProps {
  readonly label: string;
  readonly onClick: () => void;
  readonly children: ReactElement;
}

/** A button that is only a picture, with its name as a tooltip. */
export function IconButton({ label, onClick, children }: IconButtonProps): ReactElement {
  return (
    <button
      type="button"
      className="eohub-IconButton"
      title={label}
      aria-label={label}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
