// The pure parts, one by one: this file and its tests load nothing of Jupyter.
import { isAbort, problemOf, type Problem } from '@eohub/toolkit/lib/problem';
import type { Store } from '@eohub/toolkit/lib/store';
import { criteriaOf, EMPTY_FORM } from './form';
import { merged, withoutCatalogue } from './merge';
import { plural } from './panel/format';
import { Retries, type Clock } from './retries';
import { inOrder } from './sort';
import { freshRow, hasAnswered, isAsking, isWaiting } from './state';
import type { CatalogueHealth, CatalogueRow, SearchState } from './state';
import type { ICatalogueClient, ItemPage, SearchQuery } from './tokens';

/** What is asked of a catalogue: a first page, a next page, or only whether it answers. */
type Ask = { readonly kind: 'search'; readonly page: string | null } | { readonly kind: 'probe' };

/** Fans one search out to every chosen catalogue; each answers, waits and fails alone. */
export class Federation {
  pageSize = 20;
  private current = new AbortController();
  private readonly retries: Retries;
  private replaceFound = false;

  /** `settled` is called with the search's signal each time a catalogue has answered it. */
  constructor(
    private readonly client: ICatalogueClient,
    private readonly store: Store<SearchState>,
    clock: Clock,
    private readonly settled: (signal: AbortSignal) => Promise<void>
  ) {
    this.retries = new Retries(clock);
  }

  /** Begin anew: what an earlier search still waits for is dropped. Returns the new search's signal. */
  supersede(): AbortSignal {
    this.current.abort();
    this.current = new AbortController();
    this.retries.dropAll();
    return this.current.signal;
  }

  /** Ask every chosen catalogue for its first page. */
  start(): void {
    this.supersede();
    this.replaceFound = true;
    const rows = this.store.get().rows.map(row => freshRow(row.source, row.chosen));
    this.store.patch({ rows });
    this.restart(rows.filter(row => row.chosen).map(row => row.source.id));
    if (!rows.some(row => row.chosen)) {
      this.forgetOldSearch();
    }
  }

  /** Ask only these catalogues for their first page, beside what the others have given. */
  restart(catalogues: readonly string[]): void {
    for (const catalogue of catalogues) {
      this.retries.drop(catalogue);
      void this.ask(catalogue, { kind: 'search', page: null });
    }
  }

  /** Leave a catalogue out, with the items that only it has. */
  leaveOut(catalogue: string): void {
    this.retries.drop(catalogue);
    const { found } = this.store.get();
    this.store.patch({ found: withoutCatalogue(found, catalogue) });
    const row = this.row(catalogue);
    if (row) {
      this.patchRow(catalogue, freshRow(row.source, false));
    }
  }

  /** Ask for the next page of each catalogue that has one. */
  more(): void {
    for (const row of this.store.get().rows) {
      if (row.chosen && row.next !== null && hasAnswered(row)) {
        void this.ask(row.source.id, { kind: 'search', page: row.next });
      }
    }
  }

  /** Stop waiting for answers; what has come stays. */
  stop(): void {
    this.supersede();
    this.forgetOldSearch();
    for (const row of this.store.get().rows) {
      if (row.health.kind === 'asking' || isWaiting(row)) {
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
    for (const row of this.store.get().rows) {
      const { kind } = row.health;
      if (row.chosen && (kind === 'ok' || kind === 'failed')) {
        void this.ask(row.source.id, kind === 'ok' ? { kind: 'probe' } : this.open(row));
      }
    }
  }

  /** Note that a catalogue did not answer something else that was asked of it. */
  missed(catalogue: string, problem: Problem): void {
    this.failed(catalogue, problem, { kind: 'probe' }, 0);
  }

  /** The present search as one catalogue is asked it. */
  query(catalogue: string, page: string | null = null): SearchQuery {
    const { searched, view } = this.store.get();
    const criteria = criteriaOf(searched ?? EMPTY_FORM);
    return { ...criteria, catalogue, sort: view.sort, limit: this.pageSize, page };
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
        if (!signal.aborted) {
          this.received(catalogue, page, ask.page !== null, attempt);
        }
      }
    } catch (error) {
      if (isAbort(error) || signal.aborted) {
        return;
      }
      this.failed(catalogue, problemOf(error), ask, attempt);
    }
    if (ask.kind === 'search' && !signal.aborted) {
      await this.settled(signal);
    }
  }

  private answered(catalogue: string, signal: AbortSignal): void {
    const health = this.row(catalogue)?.health.kind;
    if (!signal.aborted && health !== 'asking') {
      this.patchRow(catalogue, { health: { kind: 'ok' } });
    }
  }

  private received(catalogue: string, page: ItemPage, isNext: boolean, attempt: number): void {
    const row = this.row(catalogue);
    // A catalogue that was left out meanwhile adds nothing any more.
    if (!row?.chosen) {
      return;
    }
    this.forgetOldSearch();
    const before = isNext ? row : freshRow(row.source);
    const { found: old, rows, view } = this.store.get();
    const others = isNext ? old : withoutCatalogue(old, catalogue);
    const { found, fresh, repeated } = merged(others, page.items);
    this.patchRow(catalogue, {
      health: this.healthAfter(catalogue, page, attempt),
      shown: before.shown + fresh,
      repeated: before.repeated + repeated,
      matched: page.matched,
      next: page.next,
      note: page.note,
      doneHere: page.done_here,
      sorted: before.sorted && page.sorted,
      answered: true
    });
    this.store.patch({ found: inOrder(found, view.sort, rows) });
    this.tell();
  }

  /** A catalogue that wants rest half-way is asked for the next page after it. */
  private healthAfter(catalogue: string, page: ItemPage, attempt: number): CatalogueHealth {
    const { ended_by: problem, next } = page;
    if (problem === null) {
      return { kind: 'ok' };
    }
    const again = () => void this.ask(catalogue, { kind: 'search', page: next }, attempt + 1);
    const at =
      problem.retry_after === null ? null : this.retries.later(catalogue, problem, attempt, again);
    return { kind: 'partial', problem, at };
  }

  /** Tell a screen reader how the search ended, once no catalogue is asked any more. */
  private tell(): void {
    const state = this.store.get();
    if (!isAsking(state)) {
      const isAnswered = state.rows.some(row => row.chosen && row.answered);
      const announcement = isAnswered ? plural(state.found.length, 'item') : 'No answer';
      this.store.patch({ announcement });
    }
  }

  private failed(catalogue: string, problem: Problem, ask: Ask, attempt: number): void {
    if (!this.row(catalogue)?.chosen) {
      return;
    }
    if (ask.kind === 'search') {
      this.forgetOldSearch();
    }
    const again = () => void this.ask(catalogue, ask, attempt + 1);
    const at = this.retries.later(catalogue, problem, attempt, again);
    this.patchRow(catalogue, {
      health: at === null ? { kind: 'failed', problem } : { kind: 'retrying', problem, at }
    });
    if (ask.kind === 'search') {
      this.tell();
    }
  }

  /** Results stay in view until the next search has an outcome, so that the list does not flicker. */
  private forgetOldSearch(): void {
    if (this.replaceFound) {
      this.replaceFound = false;
      this.store.patch({ found: [] });
    }
  }

  /** What a catalogue has not answered yet. */
  private open(row: CatalogueRow): Ask {
    const page = row.health.kind === 'partial' ? row.next : null;
    return row.answered && page === null ? { kind: 'probe' } : { kind: 'search', page };
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
