import type { Clock } from '../src/retries';
import type {
  AssetKey,
  CatalogueList,
  CatalogueSource,
  CatalogueState,
  CollectionPage,
  CollectionQuery,
  DataSource,
  DataStore,
  FreezeQuery,
  FrozenState,
  ICatalogueClient,
  IndexState,
  ItemDetail,
  ItemKey,
  ItemPage,
  NewCatalogue,
  Order,
  OrderList,
  OrderQuery,
  QueryableList,
  Saved,
  SavedPlace,
  SavedSearch,
  SearchCode,
  SearchQuery,
  TwinForm,
  TwinQuery
} from '../src/tokens';
import {
  ABILITIES,
  AWAY,
  detail,
  EMBEDDED,
  item,
  NO_INDEX,
  order,
  source,
  twinForm
} from './fakeData';

export * from './fakeData';

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
  /** Those of what was asked beside a search. */
  readonly signals: AbortSignal[] = [];
  readonly codes: ItemKey[] = [];
  /** Catalogues with a local index, by id; each step of a test replaces the state. */
  readonly indexes = new Map<string, IndexState>();
  indexFault: unknown = null;
  readonly removed: string[] = [];
  readonly added: NewCatalogue[] = [];
  addFault: unknown = null;
  listNote: string | null = null;
  readonly collectionPages = new Map<string, CollectionPage>();
  readonly collectionFaults = new Map<string, unknown>();
  readonly collectionQueries: (CollectionQuery & { catalogue: string })[] = [];
  readonly queryablesAsked: (readonly [string, string | null])[] = [];
  queryablesFault: unknown = null;
  readonly queryableLists = new Map<string, QueryableList>();
  filterProblem: string | null = null;
  readonly checked: string[] = [];
  kept: Saved = { searches: [], places: [], note: null };
  savedFault: unknown = null;
  frozenStates: readonly FrozenState[] = [];
  frozenFault: unknown = null;
  readonly freezes: FreezeQuery[] = [];
  ordered: readonly Order[] = [];
  orderFault: unknown = null;
  ordersFault: unknown = null;
  readonly placed: OrderQuery[] = [];
  /** Ids of orders with what was done with them. */
  readonly orderActs: (readonly [string, string])[] = [];
  readonly twinQueries: TwinQuery[] = [];
  twinAnswer: TwinForm | Error = twinForm();
  readonly searchCodes: (readonly SearchQuery[])[] = [];
  cells: SearchCode | Error = { cells: ['import pystac_client'], refusals: [] };

  async catalogues(): Promise<CatalogueList> {
    if (this.listFault) {
      throw this.listFault;
    }
    return { catalogues: [...this.sources], note: this.listNote };
  }

  async addCatalogue(added: NewCatalogue): Promise<CatalogueSource> {
    this.added.push(added);
    if (this.addFault) {
      throw this.addFault;
    }
    const given = source({
      id: `own-${this.added.length}`,
      title: added.title ?? 'Its own title',
      url: added.address,
      kind: 'static',
      own: true
    });
    this.sources = [...this.sources, given];
    return given;
  }

  async removeCatalogue(catalogue: string): Promise<CatalogueList> {
    this.removed.push(catalogue);
    this.sources = this.sources.filter(each => each.id !== catalogue);
    return { catalogues: [...this.sources], note: this.listNote };
  }

  async state(catalogue: string, signal: AbortSignal): Promise<CatalogueState> {
    this.probes.push(catalogue);
    this.signals.push(signal);
    if (this.probeFault) {
      throw this.probeFault;
    }
    return { catalogue, abilities: ABILITIES, index: this.indexes.get(catalogue) ?? null };
  }

  async collections(catalogue: string, query: CollectionQuery): Promise<CollectionPage> {
    this.collectionQueries.push({ catalogue, ...query });
    const fault = this.collectionFaults.get(catalogue);
    if (fault) {
      throw fault;
    }
    const nothing = { collections: [], next: null, matched: null, note: null };
    return this.collectionPages.get(catalogue) ?? nothing;
  }

  async queryables(
    catalogue: string,
    collection: string | null,
    signal: AbortSignal
  ): Promise<QueryableList> {
    this.queryablesAsked.push([catalogue, collection]);
    this.signals.push(signal);
    if (this.queryablesFault) {
      throw this.queryablesFault;
    }
    return this.queryableLists.get(catalogue) ?? { queryables: [], learned: false };
  }

  async indexState(catalogue: string, signal: AbortSignal): Promise<IndexState> {
    this.signals.push(signal);
    signal.throwIfAborted();
    if (this.indexFault) {
      throw this.indexFault;
    }
    return this.indexes.get(catalogue) ?? NO_INDEX;
  }

  async buildIndex(catalogue: string): Promise<IndexState> {
    const building: IndexState = { ...NO_INDEX, state: 'building' };
    this.indexes.set(catalogue, building);
    return building;
  }

  async stopBuilding(catalogue: string): Promise<IndexState> {
    const stopped: IndexState = { ...NO_INDEX, state: 'stopped' };
    this.indexes.set(catalogue, stopped);
    return stopped;
  }

  async checkFilter(text: string): Promise<string | null> {
    this.checked.push(text);
    return this.filterProblem;
  }

  async item(key: ItemKey): Promise<ItemDetail> {
    return detail(item({ ...key, id: key.item }));
  }

  quicklookUrl({ catalogue, item: id, asset }: AssetKey): string {
    return `http://127.0.0.1/quicklook/${catalogue}/${id}/${asset}`;
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
        // As the server does: an item belongs to the catalogue that was asked.
        const items = given.items.map(each => ({ ...each, catalogue: query.catalogue }));
        resolve({ ...given, items });
        await settled();
      };
      const fail = async (error: unknown) => {
        reject(error);
        await settled();
      };
      this.searches.push({ query, signal, answer, fail });
    });
  }

  async searchCode(queries: readonly SearchQuery[]): Promise<SearchCode> {
    this.searchCodes.push(queries);
    if (this.cells instanceof Error) {
      throw this.cells;
    }
    return this.cells;
  }

  async saved(): Promise<Saved> {
    if (this.savedFault) {
      throw this.savedFault;
    }
    return this.kept;
  }

  async keepSearch(search: SavedSearch): Promise<Saved> {
    const others = this.kept.searches.filter(each => each.name !== search.name);
    this.kept = { ...this.kept, searches: [...others, search] };
    return this.kept;
  }

  async forgetSearch(name: string): Promise<Saved> {
    const searches = this.kept.searches.filter(each => each.name !== name);
    this.kept = { ...this.kept, searches };
    return this.kept;
  }

  async keepPlace(place: SavedPlace): Promise<Saved> {
    const others = this.kept.places.filter(each => each.name !== place.name);
    this.kept = { ...this.kept, places: [...others, place] };
    return this.kept;
  }

  async forgetPlace(name: string): Promise<Saved> {
    const places = this.kept.places.filter(each => each.name !== name);
    this.kept = { ...this.kept, places };
    return this.kept;
  }

  async freeze(query: FreezeQuery): Promise<FrozenState> {
    this.freezes.push(query);
    const { title, path } = query;
    const begun: FrozenState = {
      id: `frozen-${this.freezes.length}`,
      title,
      path,
      state: 'freezing',
      items: 0,
      assets: 0,
      bytes: 0,
      problem: null
    };
    this.frozenStates = [begun, ...this.frozenStates];
    return begun;
  }

  async frozen(): Promise<readonly FrozenState[]> {
    if (this.frozenFault) {
      throw this.frozenFault;
    }
    return this.frozenStates;
  }

  async stopFreezing(id: string): Promise<FrozenState> {
    const found = this.frozenStates.find(each => each.id === id);
    if (!found) {
      throw AWAY;
    }
    const stopped: FrozenState = { ...found, state: 'stopped' };
    this.frozenStates = this.frozenStates.map(each => (each.id === id ? stopped : each));
    return stopped;
  }

  async orders(): Promise<OrderList> {
    if (this.ordersFault) {
      throw this.ordersFault;
    }
    return { orders: [...this.ordered], note: null };
  }

  async placeOrder(query: OrderQuery): Promise<Order> {
    this.placed.push(query);
    if (this.orderFault && !query.again) {
      throw this.orderFault;
    }
    const placed = order({ title: query.title, offer: query.offer, state: 'placing' });
    this.ordered = [placed, ...this.ordered];
    return placed;
  }

  async watchOrder(id: string): Promise<Order> {
    this.orderActs.push(['watch', id]);
    return order();
  }

  async stopWatchingOrder(id: string): Promise<Order> {
    this.orderActs.push(['stop', id]);
    return order();
  }

  async forgetOrder(id: string): Promise<OrderList> {
    this.orderActs.push(['forget', id]);
    this.ordered = this.ordered.filter(each => each.id !== id);
    return this.orders();
  }

  async twinForm(query: TwinQuery): Promise<TwinForm> {
    this.twinQueries.push(query);
    if (this.twinAnswer instanceof Error) {
      throw this.twinAnswer;
    }
    return this.twinAnswer;
  }

  async code(query: ItemKey): Promise<string> {
    this.codes.push(query);
    if (this.codeFault) {
      throw this.codeFault;
    }
    return 'import xarray as xr';
  }

  async source({ catalogue, collection, item: id }: ItemKey): Promise<DataSource> {
    const place = { catalogue, collection, item: id, href: null };
    return { title: id, assets: [], item: place };
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
