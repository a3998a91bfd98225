import { ProblemError } from '@eohub/toolkit/lib/problem';
import type {
  Abilities,
  CatalogueSource,
  CollectionSummary,
  IndexState,
  ItemDetail,
  ItemPage,
  ItemSummary,
  Order,
  TwinForm
} from '../src/tokens';

/** A catalogue that a site configured, a STAC API. */
export function source(changes: Partial<CatalogueSource> = {}): CatalogueSource {
  return {
    id: 'embedded',
    title: 'EOHub',
    url: 'http://127.0.0.1/',
    path: null,
    kind: 'api',
    own: false,
    ...changes
  };
}

export const EMBEDDED = source();
export const OTHER = source({ id: 'other', title: 'Other', url: 'https://other.example/' });
export const ABILITIES: Abilities = {
  words: 'there',
  collections: 'there',
  time: 'there',
  area: 'there',
  properties: 'there',
  cql2: 'there',
  collection_search: 'there'
};
export const NO_INDEX: IndexState = {
  state: 'none',
  documents: 0,
  items: 0,
  total: null,
  built: null,
  problem: null
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
    bbox: [-135, 15, -47, 60],
    footprint: null,
    cloud_cover: null,
    quicklook: null,
    fingerprint: null,
    defects: [],
    code_refusal: null,
    data: [{ key: 'data', title: 'data' }],
    data_refusal: null,
    offer: null,
    chunking: null,
    ...changes
  };
}

/** An order as the server tells it. */
export function order(changes: Partial<Order> = {}): Order {
  return {
    id: 'o1',
    title: 'Wind in June 2028',
    item: { catalogue: 'embedded', collection: 'twin', item: 'wind' },
    offer: { href: 'https://hda.example/order', body: { param: '131' } },
    state: 'ordered',
    since: '2026-03-01T12:00:00Z',
    next_ask: '2026-03-01T12:00:05Z',
    problem: null,
    hint: null,
    delivered: null,
    address: null,
    size_bytes: null,
    ...changes
  };
}

/** The choices of a digital twin, of which one is made and one is to be made. */
export function twinForm(changes: Partial<TwinForm> = {}): TwinForm {
  const named = (...values: string[]) => values.map(value => ({ value, label: `${value} named` }));
  return {
    twins: ['Climate'],
    twin: 'Climate',
    fields: [
      { key: 'class', label: 'class', values: named('d1'), chosen: ['d1'], several: false },
      { key: 'model', label: 'model', values: named('ICON', 'NEMO'), chosen: [], several: false },
      {
        key: 'param',
        label: 'parameters',
        values: named('131', '132', '167'),
        chosen: ['131', '132'],
        several: true
      }
    ],
    missing: 'model',
    code: null,
    search: null,
    ...changes
  };
}

/** A page of items named after `prefix`. */
export function page(prefix: string, count: number, changes: Partial<ItemPage> = {}): ItemPage {
  const items = Array.from({ length: count }, (_, number) => item({ id: `${prefix}-${number}` }));
  return {
    items,
    next: null,
    matched: null,
    note: null,
    done_here: [],
    ended_by: null,
    sorted: true,
    ...changes
  };
}

/** What an item page is drawn from. */
export function detail(summary: ItemSummary, changes: Partial<ItemDetail> = {}): ItemDetail {
  return {
    summary,
    sections: [],
    assets: [],
    citation: null,
    doi: null,
    links: [],
    stac_version: '1.1.0',
    raw: {},
    sister: null,
    ...changes
  };
}

/** A collection that tells no more than its title, which is its id where none is given. */
export function collection(catalogue: string, id: string, title = id): CollectionSummary {
  const untold = { description: null, license: null, start: null, end: null, bbox: null };
  return { ...untold, catalogue, id, title, keywords: [] };
}
