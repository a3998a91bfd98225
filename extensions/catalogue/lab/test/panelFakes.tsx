import { render } from '@testing-library/react';
import { vi, type Mock } from 'vitest';
import { NO_CHOICES } from '../src/collections';
import { NOTHING_FROZEN } from '../src/freezing';
import { keyOf } from '../src/merge';
import { CataloguePanel } from '../src/panel/CataloguePanel';
import type { PanelActions, PanelIcons, PanelState } from '../src/panel/context';
import type { MapAreaProps } from '../src/panel/map/MapArea';
import { NO_ORDERS } from '../src/orders';
import { NO_PROPERTIES } from '../src/queryables';
import { NO_TWINS } from '../src/twins';
import { NO_REGISTRY } from '../src/registry';
import { NOTHING_SAVED } from '../src/saved';
import { freshRow, START, type CatalogueRow, type SearchState } from '../src/state';
import type { ItemSummary } from '../src/tokens';
import { EMBEDDED } from './fakes';

const NOTHING = () => null;
const ICONS: PanelIcons = {
  add: NOTHING,
  caret: NOTHING,
  close: NOTHING,
  code: NOTHING,
  link: NOTHING,
  refresh: NOTHING,
  stop: NOTHING
};

/** A catalogue that answered. */
export function row(changes: Partial<CatalogueRow> = {}): CatalogueRow {
  return { ...freshRow(EMBEDDED), health: { kind: 'ok' }, answered: true, ...changes };
}

/** Rows of the list. */
export function rowsOf(...items: readonly ItemSummary[]) {
  return items.map(item => ({ key: keyOf(item), item, also: [] }));
}

type Mocked<T> = {
  readonly [K in keyof T]: T[K] extends (...given: never[]) => unknown ? Mock : Mocks<T[K]>;
};
type Mocks<T> = { readonly [K in keyof T]: Mock };

/** What the panel asked for, each a function that only notes its arguments. */
export type SeenActions = Mocked<Omit<PanelActions, 'opensData'>>;

/** Whether the panel finds a cube view beside it. */
interface Opening {
  readonly opensData?: boolean;
}

function mocks<T extends string>(...names: readonly T[]): Record<T, Mock> {
  return Object.fromEntries(names.map(name => [name, vi.fn()])) as Record<T, Mock>;
}

/** Actions that do nothing but note that they were asked for. */
export function actions(): SeenActions {
  return {
    search: mocks(
      'load',
      'edit',
      'pick',
      'search',
      'searchWithout',
      'clear',
      'restoreCleared',
      'choose',
      'chooseOnly',
      'leaveOut',
      'more',
      'sort',
      'cancel',
      'retry',
      'refresh',
      'probe',
      'select',
      'highlight',
      'arrange',
      'fold',
      'announce'
    ),
    registry: mocks('look', 'add', 'remove', 'restore', 'build', 'stop'),
    saved: {
      ...mocks('load', 'open', 'forgetSearch', 'forgetPlace', 'restore'),
      keepSearch: vi.fn(async () => true),
      keepPlace: vi.fn(async () => true)
    },
    freezing: { ...mocks('load', 'stop'), start: vi.fn(async () => true) },
    orders: mocks('load', 'order', 'retry', 'watch', 'stopWatching', 'forget'),
    twins: mocks('load', 'pick', 'choose', 'change', 'insertCode', 'find'),
    collections: mocks('type', 'offer', 'more'),
    properties: mocks('offer'),
    ...mocks(
      'retryDataStore',
      'insert',
      'openItem',
      'openKey',
      'copy',
      'openMenu',
      'insertSearchCode',
      'copyLink'
    ),
    checkFilter: vi.fn(async () => null),
    quicklookUrl: vi.fn(({ asset }: { asset: string }) => `http://127.0.0.1/${asset}`)
  };
}

/** The map's props as they were told last. */
export const seenMap: { props: MapAreaProps | null } = { props: null };

function FakeMap(props: MapAreaProps) {
  seenMap.props = props;
  return <div data-testid="map" />;
}

/** Draw the panel with a state that differs from the first one. */
export function show(
  changes: Partial<SearchState> = {},
  { opensData = false, ...others }: Partial<Omit<PanelState, 'search'>> & Opening = {},
  container: HTMLElement = document.body.appendChild(document.createElement('div'))
) {
  const seen = { ...actions(), opensData };
  const draw = (
    more: Partial<SearchState> = {},
    rest: Partial<Omit<PanelState, 'search'>> = {}
  ) => (
    <CataloguePanel
      state={{
        search: { ...START, loading: false, rows: [row()], ...changes, ...more },
        registry: NO_REGISTRY,
        saved: NOTHING_SAVED,
        freezing: NOTHING_FROZEN,
        orders: NO_ORDERS,
        twins: NO_TWINS,
        collections: NO_CHOICES,
        properties: NO_PROPERTIES,
        tiles: null,
        ...others,
        ...rest
      }}
      icons={ICONS}
      actions={seen as unknown as PanelActions}
      map={FakeMap}
    />
  );
  const { rerender } = render(draw(), { container });
  return {
    actions: seen,
    /** Draw it again with more changes. */
    again: (more: Partial<SearchState>, rest: Partial<Omit<PanelState, 'search'>> = {}) =>
      rerender(draw(more, rest))
  };
}
