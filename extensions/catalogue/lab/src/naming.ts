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
  if (all.length === 0 || collections.length > 0) {
    return [];
  }
  const isNamed = (text: string) => all.every(word => text.toLowerCase().includes(word));
  const one = async ({ source }: CatalogueRow): Promise<readonly NamedCollection[]> => {
    try {
      const page = await client.collections(source.id, { words, page: null }, signal);
      return page.collections.filter(({ id, title }) => isNamed(`${id} ${title}`));
    } catch {
      // Only a suggestion hangs on it.
      return [];
    }
  };
  const asked = rows.filter(row => row.chosen && hasAnswered(row));
  const found = new Map((await Promise.all(asked.map(one))).flat().map(each => [each.id, each]));
  return [...found.values()].slice(0, MOST).map(({ id, title }) => ({ id, title }));
}
