import { isAbort, problemOf, type Problem } from '@eohub/toolkit/lib/problem';
import { Store } from '@eohub/toolkit/lib/store';
import type { ICatalogueClient, ItemDetail, ItemKey, ItemSummary } from './tokens';

/** How far the page of an item is; what was shown stays while it is asked for anew. */
export interface ItemState {
  readonly loading: boolean;
  readonly detail: ItemDetail | null;
  readonly problem: Problem | null;
}

/** Asks for everything about one item, once at a time. */
export class ItemLoad {
  readonly store = new Store<ItemState>({ loading: true, detail: null, problem: null });
  /** Title of its catalogue, once it is known. */
  readonly catalogue = new Store<string | null>(null);
  private current = new AbortController();

  constructor(
    private readonly client: Pick<ICatalogueClient, 'item' | 'catalogues'>,
    readonly key: ItemKey,
    private readonly knownTitle: () => string | null = () => null
  ) {}

  /** Ask for the item; an earlier question is dropped. */
  async load(): Promise<void> {
    this.cancel();
    const { signal } = (this.current = new AbortController());
    this.store.patch({ loading: true });
    void this.nameCatalogue(signal);
    try {
      const detail = await this.client.item(this.key, signal);
      if (!signal.aborted) {
        this.store.set({ loading: false, detail, problem: null });
      }
    } catch (error) {
      if (!isAbort(error) && !signal.aborted) {
        this.store.patch({ loading: false, problem: problemOf(error) });
      }
    }
  }

  /** Stop waiting, since nobody looks any more. */
  cancel(): void {
    this.current.abort();
  }

  /** A page that came back with the window has no panel that knows its catalogue. */
  private async nameCatalogue(signal: AbortSignal): Promise<void> {
    let title = this.catalogue.get() ?? this.knownTitle();
    if (title === null) {
      const listed = await this.client.catalogues(signal).catch(() => null);
      title = listed?.catalogues.find(each => each.id === this.key.catalogue)?.title ?? null;
    }
    if (!signal.aborted) {
      this.catalogue.set(title);
    }
  }
}

/** What an item is asked for by. */
export function itemKeyOf({ catalogue, collection, id }: ItemSummary): ItemKey {
  return { catalogue, collection, item: id };
}

/** Whether an item is asked for in a form that the server understands. */
export function isItemKey(value: unknown): value is ItemKey {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const { catalogue, collection, item } = value as Record<string, unknown>;
  const isCollection = collection === null || typeof collection === 'string';
  return typeof catalogue === 'string' && isCollection && typeof item === 'string' && item !== '';
}
