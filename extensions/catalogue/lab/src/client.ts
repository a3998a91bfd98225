import { request, type RequestOptions } from '@eohub/toolkit';
import type { ServerConnection } from '@jupyterlab/services';
import type { components } from './api.gen';
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
} from './tokens';

type Schemas = components['schemas'];
type Values = Readonly<Record<string, string | null>>;

const ROOT = 'eohub/catalogue';

/** The only place that knows the addresses of the pod's routes. */
export class CatalogueClient implements ICatalogueClient {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  catalogues(signal?: AbortSignal): Promise<CatalogueList> {
    return this.get('catalogues', signal);
  }

  addCatalogue(added: NewCatalogue): Promise<CatalogueSource> {
    return this.post('catalogues', added);
  }

  removeCatalogue(catalogue: string): Promise<CatalogueList> {
    return this.delete(of(catalogue));
  }

  state(catalogue: string, signal: AbortSignal): Promise<CatalogueState> {
    return this.get(of(catalogue), signal);
  }

  collections(
    catalogue: string,
    { words, page }: CollectionQuery,
    signal: AbortSignal
  ): Promise<CollectionPage> {
    return this.get(`${of(catalogue)}/collections${values({ words, page })}`, signal);
  }

  queryables(
    catalogue: string,
    collection: string | null,
    signal: AbortSignal
  ): Promise<QueryableList> {
    return this.get(`${of(catalogue)}/queryables${values({ collection })}`, signal);
  }

  indexState(catalogue: string, signal: AbortSignal): Promise<IndexState> {
    return this.get(`${of(catalogue)}/index`, signal);
  }

  buildIndex(catalogue: string): Promise<IndexState> {
    return this.post(`${of(catalogue)}/index`, {});
  }

  stopBuilding(catalogue: string): Promise<IndexState> {
    return this.delete(`${of(catalogue)}/index`);
  }

  dataStore(signal: AbortSignal): Promise<DataStore> {
    return this.get('store', signal);
  }

  search(query: SearchQuery, signal: AbortSignal): Promise<ItemPage> {
    return this.post('search', query, signal);
  }

  async checkFilter(text: string, signal: AbortSignal): Promise<string | null> {
    return (await this.post<Schemas['FilterCheck']>('filter', { text }, signal)).problem;
  }

  item(key: ItemKey, signal: AbortSignal): Promise<ItemDetail> {
    return this.post('item', key, signal);
  }

  quicklookUrl({ catalogue, collection, item, asset }: AssetKey): string {
    const asked = values({ catalogue, collection, item, asset });
    return new URL(`${ROOT}/quicklook${asked}`, this.settings.baseUrl).href;
  }

  async code(key: ItemKey): Promise<string> {
    return (await this.post<Schemas['NotebookCode']>('code', key)).source;
  }

  source(key: ItemKey): Promise<DataSource> {
    return this.post('source', key);
  }

  async searchCode(queries: readonly SearchQuery[]): Promise<SearchCode> {
    return this.post<SearchCode>('search-code', { searches: queries });
  }

  saved(): Promise<Saved> {
    return this.get('saved');
  }

  keepSearch(search: SavedSearch): Promise<Saved> {
    return this.post('saved/searches', search);
  }

  forgetSearch(name: string): Promise<Saved> {
    return this.delete(`saved/searches/${encodeURIComponent(name)}`);
  }

  keepPlace(place: SavedPlace): Promise<Saved> {
    return this.post('saved/places', place);
  }

  forgetPlace(name: string): Promise<Saved> {
    return this.delete(`saved/places/${encodeURIComponent(name)}`);
  }

  freeze(query: FreezeQuery): Promise<FrozenState> {
    return this.post('frozen', query);
  }

  async frozen(): Promise<readonly FrozenState[]> {
    return (await this.get<Schemas['FrozenList']>('frozen')).frozen;
  }

  stopFreezing(id: string): Promise<FrozenState> {
    return this.delete(`frozen/${encodeURIComponent(id)}`);
  }

  orders(): Promise<OrderList> {
    return this.get('orders');
  }

  placeOrder(query: OrderQuery): Promise<Order> {
    return this.post('orders', query);
  }

  watchOrder(id: string): Promise<Order> {
    return this.post(`orders/${encodeURIComponent(id)}/watch`, {});
  }

  stopWatchingOrder(id: string): Promise<Order> {
    return this.delete(`orders/${encodeURIComponent(id)}/watch`);
  }

  forgetOrder(id: string): Promise<OrderList> {
    return this.delete(`orders/${encodeURIComponent(id)}`);
  }

  twinForm(query: TwinQuery, signal: AbortSignal): Promise<TwinForm> {
    return this.post('twins', query, signal);
  }

  private get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.ask<T>(path, { signal });
  }

  private post<T>(path: string, body: object, signal?: AbortSignal): Promise<T> {
    return this.ask<T>(path, { method: 'POST', body, signal });
  }

  private delete<T>(path: string): Promise<T> {
    return this.ask<T>(path, { method: 'DELETE' });
  }

  private ask<T>(path: string, options: RequestOptions): Promise<T> {
    return request<T>(`${ROOT}/${path}`, options, this.settings);
  }
}

function of(catalogue: string): string {
  return `catalogues/${encodeURIComponent(catalogue)}`;
}

/** The part of an address behind the question mark; what is null is left out. */
function values(given: Values): string {
  const told = Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== null);
  return told.length > 0 ? `?${new URLSearchParams(told).toString()}` : '';
}
