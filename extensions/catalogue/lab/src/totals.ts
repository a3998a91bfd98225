import { sharedOf } from './merge';
import { chosenRows, type CatalogueRow, type SearchState } from './state';

/** How many items are shown of how many, as far as that can be said. */
export interface Totals {
  readonly shown: number;
  /** Whether there is nothing more in any catalogue. */
  readonly isAll: boolean;
  readonly matched: number | null;
  /** Whether `matched` is the sum of catalogues that may hold the same items. */
  readonly isAbout: boolean;
}

/** The totals of a search; one catalogue without a total, or with a wrong one, leaves it unknown. */
export function totalsOf(state: SearchState): Totals {
  const rows = chosenRows(state);
  const told = rows.every(row => row.answered && row.matched !== null && !isTotalWrong(row));
  return {
    shown: state.found.length,
    isAll: rows.every(row => row.answered && row.next === null && row.note === null),
    matched: told ? rows.reduce((sum, row) => sum + (row.matched ?? 0), 0) : null,
    isAbout: rows.length > 1 || sharedOf(state.found) > 0
  };
}

/** Whether a catalogue gave more than the total that it tells, or ended before it. */
export function isTotalWrong(row: CatalogueRow): boolean {
  const { answered, matched, shown, repeated, next } = row;
  const isShort = next === null && shown + repeated < (matched ?? 0);
  return answered && matched !== null && (shown > matched || isShort);
}
