import { criteriaOf, type SearchForm } from './form';
import { hasAnswered, type CatalogueRow } from './state';
import type { ICatalogueClient } from './tokens';

/** More would be no suggestion any more, and the field for collections lists them all. */
const MOST = 4;

/** A collection that is called by the words of a search. */
export interface NamedCollection {
  readonly id: string;
  readonly title: string;
}

/**
 * Collections that the words of a search name, of the catalogues that answered it: words are looked for in
 * items, and these seldom tell how their collection is called.
 */
export async function collectionsNamed(
  client: ICatalogueClient,
  form: SearchForm,
  rows: readonly CatalogueRow[],
  signal: AbortSignal
): Promise<readonly NamedCollection[]> {
  const { words, collections } = criteriaOf(form);
  const all = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = new Map<string, NamedCollection>();
  const asked = all.length > 0 && collections.length === 0 ? rows : [];
  for (const { source } of asked.filter(hasAnswered)) {
    if (signal.aborted || found.size >= MOST) {
      break;
    }
    try {
      const page = await client.collections(source.id, { words, page: null }, signal);
      page.collections
        .filter(each => all.every(word => `${each.id} ${each.title}`.toLowerCase().includes(word)))
        .forEach(({ id, title }) => found.set(id, { id, title }));
    } catch {
      // Only a suggestion hangs on it.
    }
  }
  return [...found.values()].slice(0, MOST);
}
