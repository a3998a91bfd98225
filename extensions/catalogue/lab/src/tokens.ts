import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { components } from './api.gen';

type Schemas = components['schemas'];

export type CatalogueSource = Schemas['CatalogueSource'];
export type CodeQuery = Schemas['CodeQuery'];
export type DataStore = Schemas['DataStore'];
export type Defect = Schemas['Defect'];
export type Dimension = Schemas['Dimension'];
export type ItemPage = Schemas['ItemPage'];
export type ItemSummary = Schemas['ItemSummary'];
export type SearchQuery = Schemas['SearchQuery'];
export type Variable = Schemas['Variable'];

/** Asks the user's Jupyter server about catalogues. */
export interface ICatalogueClient {
  /** The configured catalogues. */
  catalogues(signal: AbortSignal): Promise<readonly CatalogueSource[]>;
  /** Ask whether a catalogue answers; throws when it does not. */
  probe(catalogue: string, signal: AbortSignal): Promise<void>;
  /** The data store that answers, with no address where none is configured; throws when it does not. */
  dataStore(signal: AbortSignal): Promise<DataStore>;
  /** One page of items of one catalogue. */
  search(query: SearchQuery, signal: AbortSignal): Promise<ItemPage>;
  /** The source of a notebook cell that opens an item. */
  code(query: CodeQuery, signal: AbortSignal): Promise<string>;
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
