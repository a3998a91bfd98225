import type { ItemSummary } from './tokens';

/** One row of the list: an item, and the same item as other catalogues have it. */
export interface Found {
  /** Tells rows apart, also those of items without an id. */
  readonly key: string;
  readonly item: ItemSummary;
  readonly also: readonly ItemSummary[];
}

/** What became of a page: the list with it, and how many of its items are new to their catalogue. */
export interface Merged {
  readonly found: readonly Found[];
  readonly fresh: number;
  readonly repeated: number;
}

/** The list with a page of one catalogue; an item that is there already is no row of its own. */
export function merged(found: readonly Found[], page: readonly ItemSummary[]): Merged {
  const rows = [...found];
  const byFingerprint = new Map<string, number>();
  const keys = new Set<string>();
  rows.forEach(({ key, item }, index) => {
    keys.add(key);
    if (item.fingerprint !== null) {
      byFingerprint.set(item.fingerprint, index);
    }
  });
  let repeated = 0;
  for (const item of page) {
    const at = item.fingerprint === null ? undefined : byFingerprint.get(item.fingerprint);
    const twin = at === undefined ? undefined : rows[at];
    if (at === undefined || twin === undefined) {
      const key = freeKey(item, keys);
      keys.add(key);
      if (item.fingerprint !== null) {
        byFingerprint.set(item.fingerprint, rows.length);
      }
      rows.push({ key, item, also: [] });
    } else if (cataloguesOf(twin).includes(item.catalogue)) {
      repeated += 1;
    } else {
      rows[at] = { ...twin, also: [...twin.also, item] };
    }
  }
  return { found: rows, fresh: page.length - repeated, repeated };
}

/** The list without what only this catalogue has. */
export function withoutCatalogue(found: readonly Found[], catalogue: string): readonly Found[] {
  return found.flatMap(row => {
    const [item, ...also] = [row.item, ...row.also].filter(each => each.catalogue !== catalogue);
    return item === undefined ? [] : [{ ...row, item, also }];
  });
}

/** The ids of the catalogues that have the item of a row. */
export function cataloguesOf(row: Found): readonly string[] {
  return [row.item, ...row.also].map(each => each.catalogue);
}

/** How many rows stand for items of more than one catalogue. */
export function sharedOf(found: readonly Found[]): number {
  return found.filter(row => row.also.length > 0).length;
}

/** The key of the first row of an item. */
export function keyOf({ catalogue, collection, id }: ItemSummary): string {
  return JSON.stringify([catalogue, collection, id]);
}

function freeKey(item: ItemSummary, taken: ReadonlySet<string>): string {
  const key = keyOf(item);
  let free = key;
  for (let number = 2; taken.has(free); number += 1) {
    free = `${key} ${number}`;
  }
  return free;
}
