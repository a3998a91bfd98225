import { Token } from '@lumino/coreutils';
import { Signal, type ISignal } from '@lumino/signaling';
import type { Collections } from './collections';
import type { Freezing } from './freezing';
import type { Orders } from './orders';
import type { Queryables } from './queryables';
import type { Registry } from './registry';
import type { SavedThings } from './saved';
import type { Twins } from './twins';
import type { CatalogueSearch } from './search';
import type { ICatalogueClient, ISelectedItems, ItemKey, ItemSummary } from './tokens';

/** The panel's search and what belongs to it, for the plugins of this extension only. */
export interface ICatalogueSession {
  readonly client: ICatalogueClient;
  readonly search: CatalogueSearch;
  readonly registry: Registry;
  readonly saved: SavedThings;
  readonly freezing: Freezing;
  readonly orders: Orders;
  readonly twins: Twins;
  readonly collections: Collections;
  readonly properties: Queryables;
  /** Bring the panel into view, with the focus in its search field. */
  show(): void;
  /** Insert the code of an item into the notebook used last, or into a new one; failures become a toast. */
  insert(item: ItemSummary, key: string, isNew?: boolean): Promise<void>;
  /** Whether the cube view is there: it shows data, and writes the code of every kind of it. */
  readonly opensData: boolean;
  /** Look at the data of an item, or at one asset of it; failures become a toast. */
  look(key: ItemKey, asset?: string): Promise<void>;
  /** Open the page of an item. */
  openItem(item: ItemSummary): void;
  /** Open the page of an item by its key. */
  openKey(key: ItemKey): void;
  /** Insert the code of the present search; failures become a toast. */
  insertSearchCode(): Promise<void>;
  /** Copy the address of the present search. */
  copyLink(): Promise<void>;
}

export const ICatalogueSession = new Token<ICatalogueSession>(
  '@eohub/catalogue:ICatalogueSession',
  'The search that the catalogue panel shows.'
);

/** The selected item as others see it. */
export class SelectedItems implements ISelectedItems {
  private readonly signal = new Signal<ISelectedItems, ItemSummary | null>(this);
  private last: string | null = null;

  constructor(private readonly search: CatalogueSearch) {
    search.store.subscribe(() => {
      const item = this.current;
      const key = item && search.store.get().selected;
      if (key !== this.last) {
        this.last = key;
        this.signal.emit(item);
      }
    });
  }

  get current(): ItemSummary | null {
    return this.search.selected();
  }

  get changed(): ISignal<ISelectedItems, ItemSummary | null> {
    return this.signal;
  }
}
