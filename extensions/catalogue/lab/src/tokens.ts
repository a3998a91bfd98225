import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { components } from './api.gen';

type Schemas = components['schemas'];

export type Abilities = Schemas['Abilities'];
export type Area = Schemas['Area'];
export type AssetDetail = Schemas['AssetDetail'];
export type AssetKey = Schemas['AssetKey'];
export type CatalogueList = Schemas['CatalogueList'];
export type CatalogueSource = Schemas['CatalogueSource'];
export type CatalogueState = Schemas['CatalogueState'];
export type CollectionPage = Schemas['CollectionPage'];
export type CollectionQuery = Schemas['CollectionQuery'];
export type CollectionSummary = Schemas['CollectionSummary'];
export type Criteria = Schemas['Criteria'];
export type DataSource = Schemas['DataSource'];
export type DataStore = Schemas['DataStore'];
export type Defect = Schemas['Defect'];
export type Dimension = Schemas['Dimension'];
export type FilterName = ItemPage['done_here'][number];
export type FreezeQuery = Schemas['FreezeQuery'];
export type FrozenState = Schemas['FrozenState'];
export type IndexState = Schemas['IndexState'];
export type ItemDetail = Schemas['ItemDetail'];
export type ItemKey = Schemas['ItemKey'];
export type ItemPage = Schemas['ItemPage'];
export type ItemSummary = Schemas['ItemSummary'];
export type NamedAsset = Schemas['NamedAsset'];
export type Order = Schemas['Order'];
export type OrderList = Schemas['OrderList'];
export type OrderQuery = Schemas['OrderQuery'];
export type NewCatalogue = Schemas['NewCatalogue'];
export type PropertyFilter = Schemas['PropertyFilter'];
export type Queryable = Schemas['Queryable'];
export type QueryableList = Schemas['QueryableList'];
export type Saved = Schemas['Saved'];
export type SavedPlace = Schemas['SavedPlace'];
export type SavedSearch = Schemas['SavedSearch'];
export type SearchCode = Schemas['SearchCode'];
export type SearchQuery = Schemas['SearchQuery'];
export type Sort = NonNullable<SearchQuery['sort']>;
export type TwinForm = Schemas['TwinForm'];
export type TwinQuery = Schemas['TwinQuery'];
export type Variable = Schemas['Variable'];

/** Asks the user's Jupyter server about catalogues. Every promise fails with a ProblemError or an AbortError. */
export interface ICatalogueClient {
  /** The configured catalogues, then a person's own. */
  catalogues(signal?: AbortSignal): Promise<CatalogueList>;
  /** Add a catalogue of one's own; the server finds out what kind it is. */
  addCatalogue(added: NewCatalogue): Promise<CatalogueSource>;
  /** Remove a catalogue of one's own; the catalogues that are left. */
  removeCatalogue(catalogue: string): Promise<CatalogueList>;
  /** Ask whether a catalogue answers, and what it can do. */
  state(catalogue: string, signal: AbortSignal): Promise<CatalogueState>;
  /** The collections of a catalogue that hold the words. */
  collections(
    catalogue: string,
    query: CollectionQuery,
    signal: AbortSignal
  ): Promise<CollectionPage>;
  /** The properties that can be searched in one collection, or in all. */
  queryables(
    catalogue: string,
    collection: string | null,
    signal: AbortSignal
  ): Promise<QueryableList>;
  /** How far the local index of a catalogue is. */
  indexState(catalogue: string, signal: AbortSignal): Promise<IndexState>;
  /** Build the local index of a catalogue, or bring it up to date. */
  buildIndex(catalogue: string): Promise<IndexState>;
  /** Stop building; what has been read stays. */
  stopBuilding(catalogue: string): Promise<IndexState>;
  /** The data store that answers, with no address where none is configured; throws when it does not. */
  dataStore(signal: AbortSignal): Promise<DataStore>;
  /** One page of items of one catalogue. */
  search(query: SearchQuery, signal: AbortSignal): Promise<ItemPage>;
  /** What is wrong with CQL2 text, a sentence, or null. */
  checkFilter(text: string, signal: AbortSignal): Promise<string | null>;
  /** Everything that is told about one item. */
  item(key: ItemKey, signal: AbortSignal): Promise<ItemDetail>;
  /** Where the browser finds the small picture of an asset; asks nothing. */
  quicklookUrl(key: AssetKey): string;
  /** The source of a notebook cell that opens an item. */
  code(key: ItemKey): Promise<string>;
  /** What opens the data of an item. */
  source(key: ItemKey): Promise<DataSource>;
  /** The sources of notebook cells that do a search, with a query for each catalogue. */
  searchCode(queries: readonly SearchQuery[]): Promise<SearchCode>;
  /** What a person keeps. */
  saved(): Promise<Saved>;
  /** Keep a search, in place of one of the same name. */
  keepSearch(search: SavedSearch): Promise<Saved>;
  /** Forget a saved search. */
  forgetSearch(name: string): Promise<Saved>;
  /** Keep a place, in place of one of the same name. */
  keepPlace(place: SavedPlace): Promise<Saved>;
  /** Forget a saved place. */
  forgetPlace(name: string): Promise<Saved>;
  /** Begin to keep a search with what is needed to use it without a network. */
  freeze(query: FreezeQuery): Promise<FrozenState>;
  /** Searches that are being frozen or were frozen by this server, newest first. */
  frozen(): Promise<readonly FrozenState[]>;
  /** Stop freezing and leave nothing of it behind. */
  stopFreezing(id: string): Promise<FrozenState>;
  /** What a person has ordered, newest first. */
  orders(): Promise<OrderList>;
  /** Begin to order an item; one that is under way is not ordered a second time. */
  placeOrder(query: OrderQuery): Promise<Order>;
  /** Ask for an order now, and go on asking. */
  watchOrder(id: string): Promise<Order>;
  /** Ask for an order no more. */
  stopWatchingOrder(id: string): Promise<Order>;
  /** Forget an order. */
  forgetOrder(id: string): Promise<OrderList>;
  /** What can be chosen of a digital twin after what was chosen. */
  twinForm(query: TwinQuery, signal: AbortSignal): Promise<TwinForm>;
}

export const ICatalogueClient = new Token<ICatalogueClient>(
  '@eohub/catalogue:ICatalogueClient',
  'Asks catalogues through the Jupyter server.'
);

/** The item that is selected in the catalogue panel. */
export interface ISelectedItems {
  readonly current: ItemSummary | null;
  readonly changed: ISignal<ISelectedItems, ItemSummary | null>;
}

export const ISelectedItems = new Token<ISelectedItems>(
  '@eohub/catalogue:ISelectedItems',
  'The item that is selected in the catalogue panel.'
);
