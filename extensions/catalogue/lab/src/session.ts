import { Token } from '@lumino/coreutils';
import { Signal, type ISignal } from '@lumino/signaling';
import type { CatalogueSearch } from './search';
import { keyOf } from './state';
import type { ISelectedItems, ItemSummary } from './tokens';

/** The panel's search, for the plugins of this extension only. */
export interface ICatalogueSession {
  readonly search: CatalogueSearch;
  /** Bring the panel into view, with the focus in its search field. */
  show(): void;
  /** Insert the code of an item; failures become a toast. */
  insert(item: ItemSummary, key: string): Promise<void>;
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
      const key = item && keyOf(item, 0);
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
