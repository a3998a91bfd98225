// The pure parts, one by one: this file and its tests load nothing of Jupyter.
import { isAbort, problemOf } from '@eohub/toolkit/lib/problem';
import { Store } from '@eohub/toolkit/lib/store';
import { DataStoreWatch } from './datastore';
import { explain } from './explain';
import { Federation } from './federation';
import { EMPTY_FORM, filtersOf, isEmpty, timeFault, without } from './form';
import type { Filter, SearchForm } from './form';
import { collectionsNamed } from './naming';
import { Pause } from './pause';
import { BROWSER_CLOCK, isPassing, Retries, type Clock } from './retries';
import { inOrder, isWhole } from './sort';
import { chosenRows, freshRow, hasMore, isAsking, START } from './state';
import type { PanelView, SearchState, Section } from './state';
import type {
  CatalogueList,
  ICatalogueClient,
  ItemKey,
  ItemSummary,
  SearchQuery,
  Sort
} from './tokens';

const ALL = '';
/** Several things are often picked one after the other. */
const PICKED_MS = 500;

/** One search over the chosen catalogues at a time; a newer one supersedes it. */
export class CatalogueSearch {
  readonly store = new Store<SearchState>(START);
  readonly dataStore: DataStoreWatch;
  private readonly federation: Federation;
  private readonly retries: Retries;
  /** Catalogues that a person does not want searched, known or not. */
  private leftOut: readonly string[] = [];
  /** Catalogues that a link names, until they are listed. */
  private only: readonly string[] = [];
  /** Pages that a search being restored still lacks. */
  private pagesLacking = 0;
  private pages = 1;
  /** The catalogues whose answers are weighed, or being weighed, where nothing was found. */
  private weighed = '';
  private listing = new AbortController();
  private readonly picked: Pause;

  constructor(
    private readonly client: ICatalogueClient,
    private readonly clock: Clock = BROWSER_CLOCK
  ) {
    this.retries = new Retries(clock);
    this.picked = new Pause(clock, PICKED_MS);
    this.dataStore = new DataStoreWatch(client, this.store, clock);
    const settled = (signal: AbortSignal) => this.settled(signal);
    this.federation = new Federation(client, this.store, clock, settled);
  }

  set pageSize(items: number) {
    this.federation.pageSize = items;
  }

  /** How many pages each catalogue was asked for. */
  get pagesAsked(): number {
    return this.pages;
  }

  /** List the catalogues and search them; tries again by itself while the server is away. */
  async load(attempt = 0): Promise<void> {
    this.retries.dropAll();
    this.listing.abort();
    this.listing = new AbortController();
    this.dataStore.ask();
    this.store.patch({ loading: true });
    try {
      this.take(await this.client.catalogues(this.listing.signal));
      const { form, selected } = this.store.get();
      this.search(form, this.pagesLacking + 1);
      this.store.patch({ selected });
    } catch (error) {
      if (isAbort(error)) {
        return;
      }
      const problem = problemOf(error);
      this.store.patch({ loading: false, problem });
      this.retries.later(ALL, problem, attempt, () => void this.load(attempt + 1));
    }
  }

  /** Take another list of catalogues: those that are new are searched, those that are gone leave. */
  list(given: CatalogueList): void {
    const before = this.store.get().rows.map(row => row.source.id);
    this.take(given);
    const added = chosenRows(this.store.get()).filter(row => !before.includes(row.source.id));
    if (this.store.get().searched !== null) {
      this.federation.restart(added.map(row => row.source.id));
    }
  }

  private take({ catalogues: sources, note }: CatalogueList): void {
    for (const row of this.store.get().rows) {
      if (!sources.some(each => each.id === row.source.id)) {
        this.federation.leaveOut(row.source.id);
      }
    }
    const known = new Map(this.store.get().rows.map(row => [row.source.id, row]));
    const rows = sources.map(source => {
      const row = known.get(source.id);
      return row ? { ...row, source } : freshRow(source, !this.leftOut.includes(source.id));
    });
    const listings = this.store.get().listings + 1;
    this.store.patch({ loading: false, problem: null, rows, note, listings });
    if (this.only.length > 0) {
      this.chooseOnly(this.only);
    }
  }

  /** Note what is entered. */
  edit(form: SearchForm): void {
    this.store.patch({ form });
  }

  /** Take what was picked, and search a moment after the last of it. What is typed waits for `search`. */
  pick(form: SearchForm): void {
    this.edit(form);
    this.picked.then(() => this.search(this.store.get().form));
  }

  /** Search the chosen catalogues, each up to this number of pages. */
  search(form: SearchForm, pages = 1): void {
    this.picked.cancel();
    this.store.patch({ form });
    if (timeFault(form) !== null) {
      return;
    }
    this.dataStore.look();
    this.pagesLacking = pages - 1;
    this.pages = 1;
    this.weighed = '';
    const nothing = { explanation: null, named: [], selected: null, highlighted: null };
    const isAsked = chosenRows(this.store.get()).length > 0;
    const announcement = isAsked ? 'Searching' : 'There is no catalogue to search';
    this.store.patch({ ...nothing, searched: form, announcement });
    this.federation.start();
  }

  /** List what was searched in another order: catalogues that have more are asked anew for what comes first. */
  sort(sort: Sort): void {
    const state = this.store.get();
    this.arrange({ sort });
    if (isWhole(state)) {
      this.store.patch({ found: inOrder(state.found, sort, state.rows) });
      return;
    }
    const isPicked = this.picked.isWaiting;
    this.search({ ...(isPicked ? state.form : (state.searched ?? state.form)) });
    this.store.patch({ form: state.form });
  }

  /** Search again without one of the filters. */
  searchWithout(filter: Filter): void {
    this.search(without(this.store.get().form, filter));
  }

  /** Search for everything; `restoreCleared` takes it back. */
  clear(): void {
    const { form } = this.store.get();
    this.search(EMPTY_FORM);
    this.store.patch({ cleared: isEmpty(form) ? null : form });
  }

  /** Bring the form back that was cleared last. */
  restoreCleared(): void {
    const { cleared } = this.store.get();
    if (cleared !== null) {
      this.store.patch({ cleared: null });
      this.search(cleared);
    }
  }

  /** Search a catalogue from now on, or leave it out. */
  choose(catalogue: string, chosen: boolean): void {
    const others = this.leftOut.filter(each => each !== catalogue);
    this.leftOut = chosen ? others : [...others, catalogue];
    if (!chosen) {
      this.federation.leaveOut(catalogue);
      return;
    }
    const rows = this.store
      .get()
      .rows.map(row => (row.source.id === catalogue ? { ...row, chosen } : row));
    this.weighed = '';
    this.store.patch({ rows, explanation: null, named: [] });
    this.federation.restart([catalogue]);
  }

  /** Search only these catalogues from the next search on; none for all. */
  chooseOnly(catalogues: readonly string[]): void {
    const ids = this.store.get().rows.map(row => row.source.id);
    // Before the catalogues are listed it is not known which ones to leave out.
    this.only = ids.length === 0 ? catalogues : [];
    const wanted = ids.filter(id => catalogues.includes(id));
    // Where none of them is left, a search of all is more use than a search of none.
    this.leaveOut(wanted.length === 0 ? [] : ids.filter(id => !wanted.includes(id)));
  }

  /** Leave these catalogues out from the next search on, also those that are not known yet. */
  leaveOut(catalogues: readonly string[]): void {
    this.leftOut = catalogues;
    const rows = this.store
      .get()
      .rows.map(row => ({ ...row, chosen: !this.leftOut.includes(row.source.id) }));
    this.store.patch({ rows });
  }

  /** The catalogues that are left out. */
  get notChosen(): readonly string[] {
    return this.leftOut;
  }

  /** The next load brings this many pages of each catalogue, and keeps this row selected. */
  expect(pages: number, selected: string | null): void {
    this.pagesLacking = Math.max(0, pages - 1);
    this.store.patch({ selected });
  }

  /** Ask for the next page of each catalogue that has one; none waits for another that is slow. */
  more(): void {
    if (hasMore(this.store.get())) {
      this.pages += 1;
      this.federation.more();
    }
  }

  /** Stop waiting for answers; what has come stays. */
  cancel(): void {
    this.picked.cancel();
    this.pagesLacking = 0;
    this.store.patch({ announcement: 'Search stopped' });
    this.federation.stop();
  }

  /** Try a catalogue again at once, because a person asked. */
  retry(catalogue: string): void {
    this.federation.retry(catalogue);
  }

  /** Search a catalogue anew, since what it holds has changed. */
  refresh(catalogue: string): void {
    if (this.store.get().rows.some(row => row.source.id === catalogue && row.chosen)) {
      this.store.patch({ listings: this.store.get().listings + 1 });
      this.federation.restart([catalogue]);
    }
  }

  /** Ask quietly whether idle catalogues still answer, and those that failed whether they do again. */
  probe(): void {
    this.dataStore.look();
    this.federation.probe();
  }

  /** Select a row, or none. */
  select(key: string | null): void {
    this.store.patch({ selected: key });
  }

  /** Note the row that the mouse is on, here or on the map. */
  highlight(key: string | null): void {
    this.store.patch({ highlighted: key });
  }

  /** Note how the panel is arranged. */
  arrange(part: Partial<PanelView>): void {
    this.store.patch({ view: { ...this.store.get().view, ...part } });
  }

  /** Fold a part of the panel open or away. */
  fold(section: Section, open: boolean): void {
    const others = this.store.get().view.open.filter(each => each !== section);
    this.arrange({ open: open ? [...others, section] : others });
  }

  /** Tell a screen reader what happened. */
  announce(announcement: string): void {
    this.store.patch({ announcement });
  }

  /** The selected item, or null. */
  selected(): ItemSummary | null {
    const { found, selected } = this.store.get();
    return found.find(each => each.key === selected)?.item ?? null;
  }

  /** The present search as each chosen catalogue is asked it. */
  queries(): readonly SearchQuery[] {
    return chosenRows(this.store.get()).map(row => this.federation.query(row.source.id));
  }

  /**
   * Let `write` write the code of an item and hand it to `place`, which says where it went. Throws what went wrong.
   */
  async insert(
    item: ItemSummary,
    key: string,
    place: (source: string) => Promise<string>,
    write = (asked: ItemKey) => this.client.code(asked)
  ): Promise<void> {
    if (this.store.get().inserting !== null) {
      return;
    }
    this.store.patch({ inserting: key, selected: key });
    this.dataStore.look();
    const asked = { catalogue: item.catalogue, collection: item.collection, item: item.id };
    try {
      const source = await write(asked);
      this.announce(`Code inserted into ${await place(source)}`);
    } catch (error) {
      const problem = problemOf(error);
      if (isPassing(problem)) {
        this.federation.missed(item.catalogue, problem);
      }
      throw error;
    } finally {
      this.store.patch({ inserting: null });
    }
  }

  /** Once every catalogue has answered: further pages of a restored search, or why there is nothing. */
  private async settled(signal: AbortSignal): Promise<void> {
    const state = this.store.get();
    if (isAsking(state)) {
      return;
    }
    if (this.pagesLacking > 0) {
      this.pagesLacking -= 1;
      this.more();
      return;
    }
    const answered = state.rows.filter(row => row.answered).map(row => row.source.id);
    // A catalogue that is tried again and again is no reason to ask the others again.
    const weighed = answered.join('\n');
    if (state.found.length === 0 && answered.length > 0 && weighed !== this.weighed) {
      this.weighed = weighed;
      const isStill = () => !signal.aborted && this.weighed === weighed;
      await Promise.all([this.explain(state, signal, isStill), this.name(state, signal, isStill)]);
    }
  }

  /** Which filter it is because of that nothing was found; one alone needs no search to tell. */
  private async explain(
    state: SearchState,
    signal: AbortSignal,
    isStill: () => boolean
  ): Promise<void> {
    const form = state.searched ?? EMPTY_FORM;
    if (filtersOf(form).length < 2) {
      return;
    }
    try {
      const explanation = await explain(this.client, form, state.rows, this.clock, signal);
      if (isStill()) {
        this.store.patch({ explanation });
      }
    } catch (error) {
      if (!isAbort(error)) {
        throw error;
      }
    }
  }

  private async name(
    state: SearchState,
    signal: AbortSignal,
    isStill: () => boolean
  ): Promise<void> {
    const form = state.searched ?? EMPTY_FORM;
    const named = await collectionsNamed(this.client, form, state.rows, signal);
    if (isStill()) {
      this.store.patch({ named });
    }
  }
}
