// The pure parts, one by one: this file and its tests load nothing of Jupyter.
import { secondsBefore } from '@eohub/toolkit/lib/backoff';
import { isAbort, problemOf, type Problem } from '@eohub/toolkit/lib/problem';
import { Store } from '@eohub/toolkit/lib/store';
import {
  EMPTY_FORM,
  START,
  dateFault,
  freshRow,
  isAsking,
  keyOf,
  type CatalogueRow,
  type SearchForm,
  type SearchState
} from './state';
import type { ICatalogueClient, ItemPage, ItemSummary } from './tokens';

/** The time, handed in so that tests need not wait. */
export interface Clock {
  now(): number;
  /** Call `action` later, unless the returned function is called before. */
  later(milliseconds: number, action: () => void): () => void;
}

export const BROWSER_CLOCK: Clock = {
  now: () => Date.now(),
  later: (milliseconds, action) => {
    const timer = window.setTimeout(action, milliseconds);
    return () => window.clearTimeout(timer);
  }
};

/** Faults that may pass by themselves; the others need a person. */
const PASSING = new Set([
  'unavailable',
  'upstream',
  'catalogue_busy',
  'server_unreachable',
  'too_many'
]);
const ALL = '';

/** What is asked of a catalogue: a first page, a next page, or only whether it answers. */
type Ask = { readonly kind: 'search'; readonly page: string | null } | { readonly kind: 'probe' };

/** One search over all catalogues at a time; a newer one supersedes it, and each catalogue fails alone. */
export class CatalogueSearch {
  readonly store = new Store<SearchState>(START);
  pageSize = 20;
  private current = new AbortController();
  private readonly retries = new Map<string, () => void>();
  private replaceItems = false;

  constructor(
    private readonly client: ICatalogueClient,
    private readonly clock: Clock = BROWSER_CLOCK
  ) {}

  /** List the catalogues and search them; tries again by itself while the server is away. */
  async load(attempt = 0): Promise<void> {
    this.supersede();
    const { signal } = this.current;
    this.store.patch({ loading: true });
    try {
      const sources = await this.client.catalogues(signal);
      this.store.patch({ loading: false, problem: null, rows: sources.map(freshRow) });
      this.search(this.store.get().form);
    } catch (error) {
      if (isAbort(error)) {
        return;
      }
      const problem = problemOf(error);
      this.store.patch({ loading: false, problem });
      this.retryLater(ALL, problem, attempt, () => void this.load(attempt + 1));
    }
  }

  /** Note what is typed. */
  edit(form: SearchForm): void {
    this.store.patch({ form });
  }

  /** Search every catalogue; what an earlier search still waits for is dropped. */
  search(form: SearchForm): void {
    this.store.patch({ form });
    if (dateFault(form) !== null) {
      return;
    }
    this.supersede();
    this.replaceItems = true;
    const rows = this.store.get().rows.map(row => freshRow(row.source));
    this.store.patch({ searched: form, rows, selected: null, announcement: 'Searching' });
    for (const row of rows) {
      void this.ask(row.source.id, { kind: 'search', page: null });
    }
  }

  /** Search again without the dates, the words or both. */
  searchWithout(part: 'words' | 'dates' | 'all'): void {
    const { form } = this.store.get();
    const without = { words: { words: '' }, dates: { from: '', to: '' }, all: EMPTY_FORM };
    this.search({ ...form, ...without[part] });
  }

  /** Ask for the next page of each catalogue that has one. */
  more(): void {
    for (const row of this.store.get().rows) {
      if (row.next !== null && row.health.kind === 'ok') {
        void this.ask(row.source.id, { kind: 'search', page: row.next });
      }
    }
  }

  /** Stop waiting for answers; what has come stays. */
  cancel(): void {
    this.supersede();
    this.store.patch({ announcement: 'Search stopped' });
    this.forgetItemsOfOldSearch();
    for (const row of this.store.get().rows) {
      if (row.health.kind === 'asking' || row.health.kind === 'retrying') {
        this.patchRow(row.source.id, { health: { kind: 'stopped' } });
      }
    }
  }

  /** Try a catalogue again at once, because a person asked. */
  retry(catalogue: string): void {
    this.drop(catalogue);
    const row = this.row(catalogue);
    if (row) {
      void this.ask(catalogue, this.open(row));
    }
  }

  /** Ask quietly whether idle catalogues still answer, and those that failed whether they do again. */
  probe(): void {
    for (const row of this.store.get().rows) {
      const { kind } = row.health;
      if (kind === 'ok' || kind === 'failed') {
        void this.ask(row.source.id, kind === 'ok' ? { kind: 'probe' } : this.open(row));
      }
    }
  }

  /** Select an item, or none. */
  select(key: string | null): void {
    this.store.patch({ selected: key });
  }

  /** The selected item, or null. */
  selected(): ItemSummary | null {
    const { items, selected } = this.store.get();
    return items.find((item, index) => keyOf(item, index) === selected) ?? null;
  }

  /** Write the code of an item and hand it to `place`, which says where it went. Throws what went wrong. */
  async insert(
    item: ItemSummary,
    key: string,
    place: (source: string) => Promise<string>
  ): Promise<void> {
    if (item.collection === null || this.store.get().inserting !== null) {
      return;
    }
    this.store.patch({ inserting: key, selected: key });
    const query = { catalogue: item.catalogue, collection: item.collection, item: item.id };
    try {
      const source = await this.client.code(query, new AbortController().signal);
      this.store.patch({ announcement: `Code inserted into ${await place(source)}` });
    } catch (error) {
      const problem = problemOf(error);
      if (PASSING.has(problem.code)) {
        this.failed(item.catalogue, problem, { kind: 'probe' }, 0);
      }
      throw error;
    } finally {
      this.store.patch({ inserting: null });
    }
  }

  /** Stop everything. */
  dispose(): void {
    this.supersede();
  }

  private async ask(catalogue: string, ask: Ask, attempt = 0): Promise<void> {
    const { signal } = this.current;
    if (ask.kind === 'search') {
      this.patchRow(catalogue, { health: { kind: 'asking' } });
    }
    try {
      if (ask.kind === 'probe') {
        await this.client.probe(catalogue, signal);
        this.answered(catalogue, signal);
      } else {
        const page = await this.client.search(this.query(catalogue, ask.page), signal);
        this.received(catalogue, page, ask.page !== null, signal);
      }
    } catch (error) {
      if (!isAbort(error) && !signal.aborted) {
        this.failed(catalogue, problemOf(error), ask, attempt);
      }
    }
  }

  private query(catalogue: string, page: string | null) {
    const { words, from, to } = this.store.get().searched ?? EMPTY_FORM;
    return { catalogue, words, start: from || null, end: to || null, limit: this.pageSize, page };
  }

  private answered(catalogue: string, signal: AbortSignal): void {
    const health = this.row(catalogue)?.health.kind;
    if (!signal.aborted && health !== 'asking') {
      this.patchRow(catalogue, { health: { kind: 'ok' } });
    }
  }

  private received(catalogue: string, page: ItemPage, isNext: boolean, signal: AbortSignal): void {
    if (signal.aborted) {
      return;
    }
    const before = isNext ? (this.row(catalogue)?.shown ?? 0) : 0;
    this.forgetItemsOfOldSearch();
    const items = [...this.store.get().items, ...page.items];
    this.patchRow(catalogue, {
      health: { kind: 'ok' },
      shown: before + page.items.length,
      matched: page.matched,
      next: page.next,
      note: page.note,
      answered: true
    });
    const state = this.store.get();
    this.store.patch({
      items,
      announcement: isAsking(state) ? state.announcement : `${items.length} items`
    });
  }

  private failed(catalogue: string, problem: Problem, ask: Ask, attempt: number): void {
    if (ask.kind === 'search') {
      this.forgetItemsOfOldSearch();
    }
    const again = () => void this.ask(catalogue, ask, attempt + 1);
    const at = this.retryLater(catalogue, problem, attempt, again);
    this.patchRow(catalogue, {
      health: at === null ? { kind: 'failed', problem } : { kind: 'retrying', problem, at }
    });
  }

  /** Results stay in view until the next search has an outcome, so that the list does not flicker. */
  private forgetItemsOfOldSearch(): void {
    if (this.replaceItems) {
      this.replaceItems = false;
      this.store.patch({ items: [] });
    }
  }

  /** Call `again` after a growing pause, a bounded number of times; returns when, or null for never. */
  private retryLater(
    name: string,
    problem: Problem,
    attempt: number,
    again: () => void
  ): number | null {
    const seconds = PASSING.has(problem.code) ? secondsBefore(attempt) : null;
    this.drop(name);
    if (seconds === null) {
      return null;
    }
    this.retries.set(name, this.clock.later(seconds * 1000, again));
    return this.clock.now() + seconds * 1000;
  }

  /** What a catalogue has not answered yet. */
  private open(row: CatalogueRow): Ask {
    return row.answered ? { kind: 'probe' } : { kind: 'search', page: null };
  }

  private supersede(): void {
    this.current.abort();
    this.current = new AbortController();
    for (const name of [...this.retries.keys()]) {
      this.drop(name);
    }
  }

  private drop(name: string): void {
    this.retries.get(name)?.();
    this.retries.delete(name);
  }

  private row(catalogue: string): CatalogueRow | undefined {
    return this.store.get().rows.find(row => row.source.id === catalogue);
  }

  private patchRow(catalogue: string, part: Partial<CatalogueRow>): void {
    const rows = this.store
      .get()
      .rows.map(row => (row.source.id === catalogue ? { ...row, ...part } : row));
    this.store.patch({ rows });
  }
}
