import { isAbort, problemOf, type Problem } from '@eohub/toolkit/lib/problem';
import { Store } from '@eohub/toolkit/lib/store';
import { formOf } from './kept';
import type { CatalogueSearch } from './search';
import type { ICatalogueClient, TwinForm, TwinQuery } from './tokens';

/** What was chosen of a digital twin, and what can be chosen after it. */
export interface TwinsState {
  readonly query: TwinQuery;
  /** Null until it was asked for. */
  readonly form: TwinForm | null;
  readonly problem: Problem | null;
}

const NOTHING_CHOSEN: TwinQuery = {
  twin: null,
  chosen: {},
  start: null,
  end: null,
  point: null,
  bbox: null
};

export const NO_TWINS: TwinsState = { query: NOTHING_CHOSEN, form: null, problem: null };

/** Makes a request to a digital twin; the server says what goes together. */
export class Twins {
  readonly store = new Store<TwinsState>(NO_TWINS);
  private current = new AbortController();

  constructor(
    private readonly client: ICatalogueClient,
    private readonly search: CatalogueSearch,
    private readonly insert: (source: string) => Promise<void>
  ) {}

  /** Ask what can be chosen. */
  async load(): Promise<void> {
    await this.change({});
  }

  /** Choose another twin, of which nothing is chosen yet. */
  async pick(twin: string): Promise<void> {
    const { start, end, point, bbox } = this.store.get().query;
    await this.change({ ...NOTHING_CHOSEN, twin, start, end, point, bbox });
  }

  /** Choose values of a key. */
  async choose(key: string, values: readonly string[]): Promise<void> {
    const { chosen } = this.store.get().query;
    await this.change({ chosen: { ...chosen, [key]: [...values] } });
  }

  /** Choose days or a place; what the server would not take waits for its correction. */
  async change(changes: Partial<TwinQuery>): Promise<void> {
    const query = { ...this.store.get().query, ...changes };
    this.current.abort();
    this.current = new AbortController();
    const { signal } = this.current;
    this.store.patch({ query, problem: null });
    try {
      const form = await this.client.twinForm(query, signal);
      if (!signal.aborted) {
        // What does not go with the rest is undone by the server.
        const chosen = Object.fromEntries(form.fields.map(each => [each.key, each.chosen]));
        this.store.patch({ form, query: { ...query, twin: form.twin, chosen } });
      }
    } catch (error) {
      if (!isAbort(error) && !signal.aborted) {
        this.store.patch({ problem: problemOf(error) });
      }
    }
  }

  /** Insert the request as code. */
  async insertCode(): Promise<void> {
    const code = this.store.get().form?.code;
    if (code) {
      await this.insert(code);
    }
  }

  /** Search the same in the Data Lake, where it can be ordered. */
  find(): void {
    const criteria = this.store.get().form?.search;
    const lakes = this.search.store
      .get()
      .rows.filter(({ source }) => source.kind === 'destine')
      .map(({ source }) => source.id);
    if (criteria && lakes.length > 0) {
      this.search.chooseOnly(lakes);
      this.search.search(formOf(criteria));
    }
  }
}
