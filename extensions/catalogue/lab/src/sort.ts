import { cataloguesOf, type Found } from './merge';
import { chosenRows, isAsking, type CatalogueRow, type SearchState } from './state';
import type { ItemSummary, Sort } from './tokens';

export const SORTS: readonly Sort[] = ['newest', 'oldest', 'clearest', 'id'];

/** The rows in an order; those of the same place by their catalogues, and those that do not tell theirs last. */
export function inOrder(
  found: readonly Found[],
  sort: Sort,
  catalogues: readonly CatalogueRow[]
): readonly Found[] {
  const ranks = new Map(catalogues.map((row, index) => [row.source.id, index]));
  const rank = (row: Found) =>
    Math.min(...cataloguesOf(row).map(each => ranks.get(each) ?? ranks.size));
  const keys = new Map(found.map(row => [row, keyOf(row.item, sort)]));
  return [...found].sort((one, other) => {
    const [first, second] = [keys.get(one) ?? null, keys.get(other) ?? null];
    if (first === second) {
      return rank(one) - rank(other);
    }
    return second === null || (first !== null && first < second) ? -1 : 1;
  });
}

/** What an item is sorted by, the least first. */
function keyOf({ start, end, cloud_cover: clouds, id }: ItemSummary, sort: Sort) {
  if (sort === 'id') {
    return id;
  }
  if (sort === 'clearest') {
    return clouds;
  }
  const time = Date.parse(start ?? end ?? '');
  return Number.isNaN(time) ? null : sort === 'oldest' ? time : -time;
}

/** Whether every catalogue has given all that it has, so that any order is one of what is here. */
export function isWhole(state: SearchState): boolean {
  return !isAsking(state) && chosenRows(state).every(row => row.answered && row.next === null);
}

/** Whether what is still to come may belong between what is here. */
export function isSortedInPart(state: SearchState): boolean {
  const rows = chosenRows(state);
  const coming = rows.filter(row => row.answered && row.next !== null);
  return coming.length > 0 && (rows.length > 1 || coming.some(row => !row.sorted));
}
