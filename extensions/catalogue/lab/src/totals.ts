import { chosenRows, type CatalogueRow, type SearchState } from './state';

/** How many items are shown of how many, as far as that can be said. */
export interface Totals {
  readonly shown: number;
  /** Whether there is nothing more in any catalogue. */
  readonly isAll: boolean;
  readonly matched: number | null;
  /** Whether fewer than `matched` can come: the rest may hold items of several catalogues, each one row. */
  readonly isMost: boolean;
}

/** The totals of a search; one catalogue without a total, or with a wrong one, leaves it unknown. */
export function totalsOf(state: SearchState): Totals {
  const rows = chosenRows(state);
  const told = rows.every(row => row.answered && (row.next === null || hasTotal(row)));
  const coming = rows.reduce((sum, row) => sum + restOf(row), 0);
  const shown = state.found.length;
  return {
    shown,
    isAll: rows.every(isComplete),
    matched: told && !rows.some(isCut) ? shown + coming : null,
    isMost: rows.length > 1
  };
}

/** Items that a catalogue still has, by its own total. Those that are shown count no more, whoever gave them. */
function restOf({ next, matched, shown, repeated }: CatalogueRow): number {
  return next === null ? 0 : Math.max(0, (matched ?? 0) - shown - repeated);
}

function hasTotal(row: CatalogueRow): boolean {
  return row.matched !== null && !isTotalWrong(row);
}

/** Whether a catalogue has ended and may have left something out, as it says. */
function isCut(row: CatalogueRow): boolean {
  return row.next === null && !isComplete(row);
}

/** Whether a catalogue gave all that it has; one that says something else has to tell a total that is reached. */
function isComplete(row: CatalogueRow): boolean {
  return row.answered && row.next === null && (row.note === null || hasTotal(row));
}

/** Whether a catalogue gave more than the total that it tells, or ended before it. */
export function isTotalWrong(row: CatalogueRow): boolean {
  const { answered, matched, shown, repeated, next } = row;
  const isShort = next === null && shown + repeated < (matched ?? 0);
  return answered && matched !== null && (shown > matched || isShort);
}
