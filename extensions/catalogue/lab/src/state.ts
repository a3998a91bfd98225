import type { Problem } from '@eohub/toolkit/lib/problem';
import { EMPTY_FORM, isSame, type Filter, type SearchForm } from './form';
import type { Found } from './merge';
import type { NamedCollection } from './naming';
import { START_FRAME, type MapFrame } from './panel/frame';
import type { MapView } from './panel/mapProps';
import type { CatalogueSource, FilterName, Sort } from './tokens';

/** How one catalogue does. Times are milliseconds since 1970. */
export type CatalogueHealth =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'ok' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'retrying'; readonly problem: Problem; readonly at: number }
  /** It gave a part of a page; the rest is asked for then, or where that is null when a person wants it. */
  | { readonly kind: 'partial'; readonly problem: Problem; readonly at: number | null }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** One catalogue with its part of the search. `next` asks for its next page, null where there is none. */
export interface CatalogueRow {
  readonly source: CatalogueSource;
  /** Whether a person wants it searched. */
  readonly chosen: boolean;
  readonly health: CatalogueHealth;
  /** Items that it gave, each counted once. */
  readonly shown: number;
  /** Items that it gave more than once. */
  readonly repeated: number;
  readonly matched: number | null;
  readonly next: string | null;
  readonly note: string | null;
  readonly doneHere: readonly FilterName[];
  /** Whether its pages come in the order that was asked for. */
  readonly sorted: boolean;
  /** Whether `shown` and `next` belong to the present search. */
  readonly answered: boolean;
}

/** Where the data of inserted cells lies; the address is unknown until it has answered once. */
export interface DataStoreRow {
  readonly url: string | null;
  readonly health: Extract<CatalogueHealth, { kind: 'ok' | 'retrying' | 'failed' }>;
}

/** Why nothing was found: the filters without which there are items, and those of which it is not known. */
export interface Explanation {
  readonly decisive: readonly Filter[];
  readonly unknown: readonly Filter[];
}

/** The parts of the panel that can be folded away. */
export type Section = 'catalogues' | 'saved' | 'orders' | 'filters';

/** How a person arranged the panel. */
export interface PanelView {
  readonly open: readonly Section[];
  readonly map: MapView | null;
  readonly frame: MapFrame;
  readonly sort: Sort;
  /** How far the list is scrolled, in pixels. */
  readonly scroll: number;
}

/** Everything about the search that the panel shows. */
export interface SearchState {
  readonly form: SearchForm;
  /** What the present results were searched with, null before the first search. */
  readonly searched: SearchForm | null;
  /** A form that was cleared and can be brought back. */
  readonly cleared: SearchForm | null;
  readonly loading: boolean;
  /** Why the catalogues could not be listed, if they could not. */
  readonly problem: Problem | null;
  readonly rows: readonly CatalogueRow[];
  /** How often they were listed: what they told before is old news then. */
  readonly listings: number;
  /** What has to be known of the list of catalogues, such as that a file could not be read. */
  readonly note: string | null;
  /** Null where no data store is configured, or where nothing is known of it yet. */
  readonly dataStore: DataStoreRow | null;
  readonly found: readonly Found[];
  /** Null while it is not known why nothing was found, or where something was. */
  readonly explanation: Explanation | null;
  /** Collections that the words name, where nothing was found. */
  readonly named: readonly NamedCollection[];
  readonly selected: string | null;
  /** The row that the mouse is on, here or on the map. */
  readonly highlighted: string | null;
  /** The item whose code is being written. */
  readonly inserting: string | null;
  /** What a screen reader is told. */
  readonly announcement: string;
  readonly view: PanelView;
}

export const START: SearchState = {
  form: EMPTY_FORM,
  searched: null,
  cleared: null,
  loading: true,
  problem: null,
  rows: [],
  listings: 0,
  note: null,
  dataStore: null,
  found: [],
  explanation: null,
  named: [],
  selected: null,
  highlighted: null,
  inserting: null,
  announcement: '',
  view: { open: [], map: null, frame: START_FRAME, sort: 'newest', scroll: 0 }
};

/** A row of a catalogue of which nothing has been asked. */
export function freshRow(source: CatalogueSource, chosen = true): CatalogueRow {
  return {
    source,
    chosen,
    health: { kind: 'waiting' },
    shown: 0,
    repeated: 0,
    matched: null,
    next: null,
    note: null,
    doneHere: [],
    sorted: true,
    answered: false
  };
}

/** What the server says of the filters where it is all that every searched catalogue says; null otherwise. */
export function refusalOf(state: SearchState): Problem | null {
  const problems = chosenRows(state).map(row => problemOfRow(row));
  const [first] = problems;
  const isSame = first && problems.every(each => each?.detail === first.detail);
  return isSame && first.code === 'invalid' ? first : null;
}

/** Why a catalogue does not answer, or null. */
export function problemOfRow({ health }: CatalogueRow): Problem | null {
  return 'problem' in health ? health.problem : null;
}

const SERVER_FAULTS: ReadonlySet<string> = new Set(['server_unreachable', 'server_stopped']);

/** Whether a catalogue does not answer because the person's Jupyter server does not. */
export function isOfServer(row: CatalogueRow): boolean {
  return SERVER_FAULTS.has(problemOfRow(row)?.code ?? '');
}

/** Whether the form says something else than what was searched. */
export function isPending({ form, searched }: SearchState): boolean {
  return searched !== null && !isSame(form, searched);
}

/** The catalogues that a person wants searched. */
export function chosenRows(state: SearchState): readonly CatalogueRow[] {
  return state.rows.filter(row => row.chosen);
}

/** Whether a catalogue has answered, and nothing more comes by itself. */
export function hasAnswered(row: CatalogueRow): boolean {
  const { answered, health } = row;
  return answered && (health.kind === 'ok' || health.kind === 'partial') && !isOnItsWay(row);
}

/** Whether the row of a catalogue counts down to the next attempt. */
export function isWaiting({ health }: CatalogueRow): boolean {
  return 'at' in health && health.at !== null;
}

/** Whether a page of a catalogue is on its way, or the rest of one. */
function isOnItsWay({ health }: CatalogueRow): boolean {
  return health.kind === 'asking' || (health.kind === 'partial' && health.at !== null);
}

/** Whether a search or a next page is on its way. */
export function isAsking(state: SearchState): boolean {
  return state.rows.some(isOnItsWay);
}

/** Whether what is listed is of an earlier search, until the first catalogue answers the present one. */
export function isOld(state: SearchState): boolean {
  return isPending(state) || (isAsking(state) && !chosenRows(state).some(row => row.answered));
}

/** Whether a next page is on its way. */
export function isPaging(state: SearchState): boolean {
  return chosenRows(state).some(row => row.next !== null && isOnItsWay(row));
}

/** Whether a catalogue has more of what was searched. */
export function hasMore(state: SearchState): boolean {
  return chosenRows(state).some(row => row.next !== null && hasAnswered(row));
}
