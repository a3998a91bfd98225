import { createContext, useContext, type ComponentType } from 'react';
import type { Collections, CollectionChoices } from '../collections';
import type { Freezing, FreezingState } from '../freezing';
import type { Orders, OrdersState } from '../orders';
import type { PropertyChoices, Queryables } from '../queryables';
import type { Registry, RegistryState } from '../registry';
import type { SavedState, SavedThings } from '../saved';
import type { CatalogueSearch } from '../search';
import type { SearchState } from '../state';
import type { AssetKey, ItemKey, ItemSummary } from '../tokens';
import type { Twins, TwinsState } from '../twins';
import type { MapAreaProps } from './map/MapArea';
import type { Tiles } from './map/types';

/** The icons that the panel draws; JupyterLab's own are handed in from outside. */
export type PanelIcons = Readonly<
  Record<'add' | 'caret' | 'close' | 'code' | 'link' | 'refresh' | 'stop', ComponentType>
>;

/** Everything that the panel shows. */
export interface PanelState {
  readonly search: SearchState;
  readonly registry: RegistryState;
  readonly saved: SavedState;
  readonly freezing: FreezingState;
  readonly orders: OrdersState;
  readonly twins: TwinsState;
  readonly collections: CollectionChoices;
  readonly properties: PropertyChoices;
  /** Map tiles of the site's choice. */
  readonly tiles: Tiles | null;
}

type Does<T> = {
  readonly [K in keyof T as T[K] extends (...given: never[]) => unknown ? K : never]: T[K];
};

/** What a person can do in the panel. */
export interface PanelActions {
  readonly search: Omit<
    Does<CatalogueSearch>,
    'insert' | 'selected' | 'list' | 'queries' | 'expect'
  >;
  readonly registry: Does<Registry>;
  readonly saved: Does<SavedThings>;
  readonly freezing: Does<Freezing>;
  readonly orders: Does<Orders>;
  readonly twins: Does<Twins>;
  readonly collections: Does<Collections>;
  readonly properties: Does<Queryables>;
  readonly retryDataStore: () => void;
  /** What is wrong with CQL2 text, or null. */
  readonly checkFilter: (text: string, signal: AbortSignal) => Promise<string | null>;
  readonly quicklookUrl: (key: AssetKey) => string;
  readonly insert: (item: ItemSummary, key: string) => void;
  readonly openItem: (item: ItemSummary) => void;
  readonly openKey: (key: ItemKey) => void;
  readonly copy: (text: string) => void;
  /** Whether the menu of a row offers to look at data. */
  readonly opensData: boolean;
  /** Open the menu of the selected row at a place of the window, in pixels. */
  readonly openMenu: (x: number, y: number) => void;
  readonly insertSearchCode: () => void;
  readonly copyLink: () => void;
}

/** What the parts of the panel share. */
export interface Panel {
  readonly icons: PanelIcons;
  readonly actions: PanelActions;
  readonly Map: ComponentType<MapAreaProps>;
}

export const PanelContext = createContext<Panel | null>(null);

/** The panel that a part is drawn in. */
export function usePanel(): Panel {
  const panel = useContext(PanelContext);
  if (panel === null) {
    throw new Error('This is a part of the catalogue panel');
  }
  return panel;
}
