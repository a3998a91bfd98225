import type { Problem } from '@eohub/toolkit/lib/problem';
import type { Filter } from './filters';
import type { CatalogueSource, Criteria, ItemSummary } from './tokens';

/** What the person typed; dates are days in the form 2020-12-31, empty for any. */
export interface SearchForm {
  readonly words: string;
  readonly from: string;
  readonly to: string;
}

export const EMPTY_FORM: SearchForm = { words: '', from: '', to: '' };

/** How one catalogue does. Times are milliseconds since 1970. */
export type CatalogueHealth =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'ok' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'retrying'; readonly problem: Problem; readonly at: number }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** One catalogue with its part of the search. `next` asks for its next page, null where there is none. */
export interface CatalogueRow {
  readonly source: CatalogueSource;
  readonly health: CatalogueHealth;
  readonly shown: number;
  readonly matched: number | null;
  readonly next: string | null;
  readonly note: string | null;
  /** Whether `shown` and `next` belong to the present search. */
  readonly answered: boolean;
}

/** Where the data of inserted cells lies; the address is unknown until it has answered once. */
export interface DataStoreRow {
  readonly url: string | null;
  readonly health: Extract<CatalogueHealth, { kind: 'ok' | 'retrying' | 'failed' }>;
}

/** Everything that the panel shows. */
export interface SearchState {
  readonly form: SearchForm;
  /** What the present results were searched with, null before the first search. */
  readonly searched: SearchForm | null;
  readonly loading: boolean;
  /** Why the catalogues could not be listed, if they could not. */
  readonly problem: Problem | null;
  readonly rows: readonly CatalogueRow[];
  /** Null where no data store is configured, or where nothing is known of it yet. */
  readonly dataStore: DataStoreRow | null;
  readonly items: readonly ItemSummary[];
  /** Of several filters that found nothing, those without which there are items; null while unknown. */
  readonly decisive: readonly Filter[] | null;
  readonly selected: string | null;
  /** The item whose code is being written. */
  readonly inserting: string | null;
  /** What a screen reader is told. */
  readonly announcement: string;
}

export const START: SearchState = {
  form: EMPTY_FORM,
  searched: null,
  loading: true,
  problem: null,
  rows: [],
  dataStore: null,
  items: [],
  decisive: null,
  selected: null,
  inserting: null,
  announcement: ''
};

/** A row of a catalogue of which nothing has been asked. */
export function freshRow(source: CatalogueSource): CatalogueRow {
  return {
    source,
    health: { kind: 'waiting' },
    shown: 0,
    matched: null,
    next: null,
    note: null,
    answered: false
  };
}

/** Tells items apart, also those of two catalogues or without an id. */
export function keyOf(item: ItemSummary, index: number): string {
  return JSON.stringify([item.catalogue, item.collection, item.id || index]);
}

/** Whether a search or a next page is on its way. */
export function isAsking(state: SearchState): boolean {
  return state.rows.some(row => row.health.kind === 'asking');
}

/** What is wrong with the dates, or null. */
export function dateFault(form: SearchForm): string | null {
  return form.from && form.to && form.from > form.to
    ? 'The first day is after the last day.'
    : null;
}

/** The form as the server takes it. */
export function criteriaOf({ words, from, to }: SearchForm): Criteria {
  return {
    words,
    collections: [],
    ids: [],
    start: from || null,
    end: to || null,
    area: null,
    properties: [],
    cql2: ''
  };
}
