import type { Clock } from '../src/retries';
import type {
  CatalogueSource,
  CodeQuery,
  DataStore,
  ICatalogueClient,
  ItemPage,
  ItemSummary,
  SearchQuery
} from '../src/tokens';
import { ProblemError } from '@eohub/toolkit/lib/problem';

export const EMBEDDED: CatalogueSource = {
  id: 'embedded',
  title: 'EOHub',
  url: 'http://127.0.0.1/'
};
export const OTHER: CatalogueSource = {
  id: 'other',
  title: 'Other',
  url: 'https://other.example/'
};
export const AWAY = new ProblemError({
  code: 'unavailable',
  detail: 'It cannot be reached.',
  hint: 'Try again in a moment.'
});

/** A cube as the server summarises it. */
export function item(changes: Partial<ItemSummary> = {}): ItemSummary {
  return {
    catalogue: 'embedded',
    collection: 'climate',
    id: 'a1b',
    title: 'A1B North America',
    kind: 'Zarr',
    description: 'Annual mean air temperature.',
    license: 'OGL-UK-3.0',
    license_url: 'https://licence.example/',
    attribution: 'British Crown copyright',
    providers: ['Met Office (producer, licensor)'],
    sources: [{ title: 'The files', url: 'https://source.example/' }],
    stored: { size_bytes: 13_002_342, complete: true },
    asset_count: 1,
    dimensions: [
      { name: 'time', size: 240, kind: 'temporal' },
      { name: 'latitude', size: 37, kind: 'spatial' },
      { name: 'longitude', size: 49, kind: 'spatial' }
    ],
    variables: [
      {
        name: 'air_temperature',
        unit: 'K',
        description: 'At 1.5 m',
        dimensions: ['time', 'latitude', 'longitude'],
        extent: [257.318817, 306.073303]
      }
    ],
    variable_count: 1,
    start: '1860-06-01T00:00:00Z',
    end: '2099-06-01T00:00:00Z',
    defects: [],
    code_refusal: null,
    ...changes
  };
}

/** A page of items named after `prefix`. */
export function page(prefix: string, count: number, changes: Partial<ItemPage> = {}): ItemPage {
  const items = Array.from({ length: count }, (_, number) => item({ id: `${prefix}-${number}` }));
  return { items, next: null, matched: null, note: null, ...changes };
}

interface Waiting<T> {
  readonly query: T;
  readonly signal: AbortSignal;
  readonly answer: (page: ItemPage) => Promise<void>;
  readonly fail: (error: unknown) => Promise<void>;
}

/** A client whose answers the test gives by hand; an aborted request fails as in a browser. */
export class FakeClient implements ICatalogueClient {
  sources: readonly CatalogueSource[] = [EMBEDDED];
  listFault: unknown = null;
  probeFault: unknown = null;
  codeFault: unknown = null;
  storeUrl: string | null = null;
  storeFault: unknown = null;
  storesAsked = 0;
  readonly searches: Waiting<SearchQuery>[] = [];
  readonly probes: string[] = [];
  readonly codes: CodeQuery[] = [];

  async catalogues(): Promise<readonly CatalogueSource[]> {
    if (this.listFault) {
      throw this.listFault;
    }
    return this.sources;
  }

  async probe(catalogue: string): Promise<void> {
    this.probes.push(catalogue);
    if (this.probeFault) {
      throw this.probeFault;
    }
  }

  async dataStore(): Promise<DataStore> {
    this.storesAsked += 1;
    if (this.storeFault) {
      throw this.storeFault;
    }
    return { url: this.storeUrl };
  }

  search(query: SearchQuery, signal: AbortSignal): Promise<ItemPage> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new DOMException('stop', 'AbortError')));
      const answer = async (given: ItemPage) => {
        resolve(given);
        await settled();
      };
      const fail = async (error: unknown) => {
        reject(error);
        await settled();
      };
      this.searches.push({ query, signal, answer, fail });
    });
  }

  async code(query: CodeQuery): Promise<string> {
    this.codes.push(query);
    if (this.codeFault) {
      throw this.codeFault;
    }
    return 'import xarray as xr';
  }

  /** The search that was asked last. */
  get last(): Waiting<SearchQuery> {
    const last = this.searches.at(-1);
    if (!last) {
      throw new Error('nothing was asked');
    }
    return last;
  }
}

/** A clock that a test moves. */
export class FakeClock implements Clock {
  private time = 1_000_000;
  private timers: { at: number; action: () => void }[] = [];

  now(): number {
    return this.time;
  }

  later(milliseconds: number, action: () => void): () => void {
    const timer = { at: this.time + milliseconds, action };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter(each => each !== timer);
    };
  }

  /** Let time pass and what is due happen. */
  async pass(seconds: number): Promise<void> {
    const end = this.time + seconds * 1000;
    for (;;) {
      const due = this.timers.filter(each => each.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) {
        break;
      }
      this.timers = this.timers.filter(each => each !== due);
      this.time = due.at;
      due.action();
      await settled();
    }
    this.time = end;
  }

  /** How many actions wait. */
  get waiting(): number {
    return this.timers.length;
  }
}

/** Wait until promises that are resolved have been heard of. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    await Promise.resolve();
  }
}
