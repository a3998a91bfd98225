import { isAbort, problemOf } from '@eohub/toolkit/lib/problem';
import { Store } from '@eohub/toolkit/lib/store';
import { above, EMPTY, rowsOf, type DriveState, type Location, type Row } from './state';
import type { IStorageClient, Place } from './tokens';

/** Walks the person's places, one page at a time; the newest wish wins over those before. */
export class Browse {
  readonly store = new Store<DriveState>(EMPTY);
  pageSize = 200;
  private asking: AbortController | null = null;

  constructor(private readonly client: IStorageClient) {}

  /** List the places, unless they are known. */
  async begin(): Promise<void> {
    if (this.store.get().places === null && !this.store.get().loading) {
      await this.home();
    }
  }

  /** Go to the list of places, which is asked for anew. */
  async home(): Promise<void> {
    this.store.patch({ location: null, rows: [], next: null, selected: null });
    await this.ask(async signal => {
      const { places, mounts } = await this.client.places(signal);
      this.store.patch({ places, mounts, announcement: counted(places.length, 'place') });
    });
  }

  /** Enter a place. */
  enter(place: Place): Promise<void> {
    return this.go({ place, prefix: place.prefix });
  }

  /** List the first page of a prefix. */
  async go(location: Location): Promise<void> {
    this.store.patch({ location, rows: [], next: null, selected: null });
    await this.page(location, '');
  }

  /** List where we are again from its first page. */
  reload(): Promise<void> {
    const { location } = this.store.get();
    return location === null ? this.home() : this.go(location);
  }

  /** Go one prefix up; from the top of a place to the list of places. */
  up(): Promise<void> {
    const { location } = this.store.get();
    if (location === null) {
      return Promise.resolve();
    }
    const parent = above(location);
    return parent === null ? this.home() : this.go(parent);
  }

  /** Add the next page; does nothing while one is on its way, or where there is none. */
  async more(): Promise<void> {
    const { location, next, loading } = this.store.get();
    if (location !== null && next !== null && !loading) {
      await this.page(location, next);
    }
  }

  select(key: string | null): void {
    this.store.patch({ selected: key });
  }

  /** The selected row, where it is still there. */
  selected(): Row | null {
    const { rows, selected } = this.store.get();
    return rows.find(row => row.key === selected) ?? null;
  }

  /** Take a row away that was deleted, without asking for the page again. */
  forget(key: string): void {
    const { rows, selected } = this.store.get();
    const index = rows.findIndex(row => row.key === key);
    const left = rows.filter(row => row.key !== key);
    const neighbour = left[Math.min(index, left.length - 1)]?.key ?? null;
    this.store.patch({ rows: left, selected: selected === key ? neighbour : selected });
  }

  private page(location: Location, after: string): Promise<void> {
    return this.ask(async signal => {
      const query = {
        bucket: location.place.bucket,
        prefix: location.prefix,
        after,
        limit: this.pageSize
      };
      const page = await this.client.list(query, signal);
      const rows = [...this.store.get().rows, ...rowsOf(page)];
      const announcement = `${counted(rows.length, 'name')}${page.next === null ? '' : ', more to come'}`;
      this.store.patch({ rows, next: page.next, announcement });
    });
  }

  private async ask(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    this.store.patch({ loading: true, problem: null });
    try {
      await work(asking.signal);
    } catch (error) {
      if (!isAbort(error) && this.asking === asking) {
        this.store.patch({ problem: problemOf(error) });
      }
    } finally {
      if (this.asking === asking) {
        this.store.patch({ loading: false });
      }
    }
  }
}

function counted(count: number, word: string): string {
  return `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;
}
