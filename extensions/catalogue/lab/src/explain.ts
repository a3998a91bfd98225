import { hasAnswered, type CatalogueRow, type Explanation } from './state';
import { criteriaOf, filtersOf, without, type Filter, type SearchForm } from './form';
import type { ICatalogueClient } from './tokens';

/** Searches for an explanation that are on their way at the same time: each catalogue counts its requests. */
const MOST_AT_ONCE = 2;

type Finding = 'items' | 'nothing' | 'unknown';

/**
 * Why a search found nothing: it is asked again without each of its filters, for one item, of the catalogues
 * that answered it. Rejects with an AbortError when the signal fires.
 */
export async function explain(
  client: ICatalogueClient,
  form: SearchForm,
  rows: readonly CatalogueRow[],
  signal: AbortSignal
): Promise<Explanation> {
  const filters = filtersOf(form);
  const catalogues = rows.filter(row => row.chosen && hasAnswered(row)).map(row => row.source.id);
  const findings = new Map<Filter, Finding>();
  const waiting = [...filters];
  const work = async (): Promise<void> => {
    for (let filter = waiting.shift(); filter !== undefined; filter = waiting.shift()) {
      findings.set(filter, await finds(client, without(form, filter), catalogues, signal));
    }
  };
  await Promise.all(Array.from({ length: MOST_AT_ONCE }, work));
  signal.throwIfAborted();
  const having = (wanted: Finding) => filters.filter(each => findings.get(each) === wanted);
  return { decisive: having('items'), unknown: having('unknown') };
}

/** Asks one catalogue after the other, until one has an item. */
async function finds(
  client: ICatalogueClient,
  form: SearchForm,
  catalogues: readonly string[],
  signal: AbortSignal
): Promise<Finding> {
  const query = { ...criteriaOf(form), limit: 1, page: null };
  let finding: Finding = 'nothing';
  for (const catalogue of catalogues) {
    if (signal.aborted) {
      return 'unknown';
    }
    try {
      const page = await client.search({ ...query, catalogue }, signal);
      if (page.items.length > 0) {
        return 'items';
      }
      // An empty page is no answer where the catalogue has more, or could not look everywhere.
      if (page.next !== null || page.note !== null) {
        finding = 'unknown';
      }
    } catch {
      // Only a suggestion hangs on it: a search of the person's own tells what is wrong.
      finding = 'unknown';
    }
  }
  return finding;
}
