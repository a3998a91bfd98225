// The pure parts, one by one: this file and its tests load nothing of Jupyter.
import { isAbort, problemOf, type Problem } from '@eohub/toolkit/lib/problem';
import { Store } from '@eohub/toolkit/lib/store';
import { DataStoreWatch } from './datastore';
import { filtersOf, without, type Filter } from './filters';
import { BROWSER_CLOCK, isPassing, Retries, type Clock } from './retries';
import {
  EMPTY_FORM,
  START,
  criteriaOf,
  dateFault,
  freshRow,
  isAsking,
  keyOf,
  type CatalogueRow,
  type SearchForm,
  type SearchState
} from './state';
import type { ICatalogueClient, ItemPage, ItemSummary } from './tokens';

const ALL = '';

/** What is asked of a catalogue: a first page, a next page, or only whether it answers. */
type Ask = { readonly kind: 'search'; readonly page: string | null } | { readonly kind: 'probe' };

/** One search over all catalogues at a time; a newer one supersedes it, and each catalogue fails alone. */
export class CatalogueSearch {
  readonly store = new Store<SearchState>(START);
  pageSize = 20;
  private current = new AbortController();
  readonly dataStore: DataStoreWatch;
  private readonly retries: Retries;
  private replaceItems = false;

  constructor(
    private readonly client: ICatalogueClient,
    clock: Clock = BROWSER_CLOCK
  ) {
    this.retries = new Retries(clock);
    this.dataStore = new DataStoreWatch(client, this.store, clock);
  }

  /** List the catalogues and search them; tries again by itself while the server is away. */
  async load(attempt = 0): Promise<void> {
    this.supersede();
    this.dataStore.ask();
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
      this.retries.later(ALL, problem, attempt, () => void this.load(attempt + 1));
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
    this.dataStore.look();
    this.replaceItems = true;
    const rows = this.store.get().rows.map(row => freshRow(row.source));
    this.store.patch({ searched: form, rows, selected: null, decisive: null });
    this.store.patch({ announcement: 'Searching' });
    for (const row of rows) {
      void this.ask(row.source.id, { kind: 'search', page: null });
    }
  }

  /** Search again without one of the filters. */
  searchWithout(filter: Filter): void {
    this.search(without(this.store.get().form, filter));
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
    this.retries.drop(catalogue);
    const row = this.row(catalogue);
    if (row) {
      void this.ask(catalogue, this.open(row));
    }
  }

  /** Ask quietly whether idle catalogues still answer, and those that failed whether they do again. */
  probe(): void {
    this.dataStore.look();
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
    if (this.store.get().inserting !== null) {
      return;
    }
    this.store.patch({ inserting: key, selected: key });
    this.dataStore.look();
    const query = { catalogue: item.catalogue, collection: item.collection, item: item.id };
    try {
      const source = await this.client.code(query, new AbortController().signal);
      this.store.patch({ announcement: `Code inserted into ${await place(source)}` });
    } catch (error) {
      const problem = problemOf(error);
      if (isPassing(problem)) {
        this.failed(item.catalogue, problem, { kind: 'probe' }, 0);
      }
      throw error;
    } finally {
      this.store.patch({ inserting: null });
    }
  }

  private async ask(catalogue: string, ask: Ask, attempt = 0): Promise<void> {
    const { signal } = this.current;
    if (ask.kind === 'search') {
      this.patchRow(catalogue, { health: { kind: 'asking' } });
    }
    try {
      if (ask.kind === 'probe') {
        await this.client.state(catalogue, signal);
        this.answered(catalogue, signal);
      } else {
        const page = await this.client.search(this.query(catalogue, ask.page), signal);
        this.received(catalogue, page, ask.page !== null, signal);
        await this.weighFilters(signal);
      }
    } catch (error) {
      if (!isAbort(error) && !signal.aborted) {
        this.failed(catalogue, problemOf(error), ask, attempt);
      }
    }
  }

  private query(catalogue: string, page: string | null) {
    return {
      ...criteriaOf(this.store.get().searched ?? EMPTY_FORM),
      catalogue,
      limit: this.pageSize,
      page
    };
  }

  /** Where several filters have found nothing, ask which of them it is because of. */
  private async weighFilters(signal: AbortSignal): Promise<void> {
    const state = this.store.get();
    const form = state.searched ?? EMPTY_FORM;
    const filters = filtersOf(form);
    if (signal.aborted || isAsking(state) || state.items.length > 0 || filters.length < 2) {
      return;
    }
    const found = await Promise.all(filters.map(each => this.finds(without(form, each), signal)));
    if (!signal.aborted) {
      this.store.patch({ decisive: filters.filter((_, index) => found[index]) });
    }
  }

  private async finds(form: SearchForm, signal: AbortSignal): Promise<boolean> {
    const answering = this.store.get().rows.filter(row => row.health.kind === 'ok');
    const query = { ...criteriaOf(form), limit: 1, page: null };
    const counts = answering.map(row =>
      this.client.search({ ...query, catalogue: row.source.id }, signal).then(
        page => page.items.length,
        // Only a suggestion hangs on it: a search of the person's own tells what is wrong.
        () => 0
      )
    );
    return (await Promise.all(counts)).some(count => count > 0);
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
    const at = this.retries.later(catalogue, problem, attempt, again);
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

  /** What a catalogue has not answered yet. */
  private open(row: CatalogueRow): Ask {
    return row.answered ? { kind: 'probe' } : { kind: 'search', page: null };
  }

  private supersede(): void {
    this.current.abort();
    this.current = new AbortController();
    this.retries.dropAll();
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
