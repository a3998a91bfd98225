import { isAbort, problemOf } from '@eohub/toolkit/lib/problem';
import { hasAnswered, type CatalogueRow, type Explanation } from './state';
import { criteriaOf, filtersOf, without, type Filter, type SearchForm } from './form';
import type { Clock } from './retries';
import type { ICatalogueClient, ItemPage, SearchQuery } from './tokens';

/** Searches for an explanation that are on their way at the same time: each catalogue counts its requests. */
const MOST_AT_ONCE = 2;
/** Longest time that an explanation takes of one catalogue; what it has not told by then is not known. */
const LONGEST_MS = 10_000;

type Finding = 'items' | 'nothing' | 'unknown';

/**
 * Why a search found nothing: it is asked again without each of its filters, for one item, of the catalogues
 * that answered it. Rejects with an AbortError when the signal fires.
 */
export async function explain(
  client: ICatalogueClient,
  form: SearchForm,
  rows: readonly CatalogueRow[],
  clock: Clock,
  signal: AbortSignal
): Promise<Explanation> {
  const filters = filtersOf(form);
  const catalogues = rows
    .filter(row => row.chosen && hasAnswered(row))
    .map(row => new TimedCatalogue(client, row.source.id, clock, signal));
  const findings = new Map<Filter, Finding>();
  const waiting = [...filters];
  const work = async (): Promise<void> => {
    for (let filter = waiting.shift(); filter !== undefined; filter = waiting.shift()) {
      findings.set(filter, await finds(without(form, filter), catalogues, signal));
    }
  };
  await Promise.all(Array.from({ length: MOST_AT_ONCE }, work));
  catalogues.forEach(each => each.end());
  signal.throwIfAborted();
  const having = (wanted: Finding) => filters.filter(each => findings.get(each) === wanted);
  return { decisive: having('items'), unknown: having('unknown') };
}

/** Asks one catalogue after the other, until one has an item. */
async function finds(
  form: SearchForm,
  catalogues: readonly TimedCatalogue[],
  signal: AbortSignal
): Promise<Finding> {
  const query = { ...criteriaOf(form), sort: null, limit: 1, page: null };
  let finding: Finding = 'nothing';
  for (const catalogue of catalogues) {
    if (signal.aborted) {
      return 'unknown';
    }
    try {
      const page = await catalogue.search(query);
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

/** One catalogue that is asked until its time is over, which begins with the first question. */
class TimedCatalogue {
  private readonly late = new AbortController();
  private drop: (() => void) | null = null;

  constructor(
    private readonly client: ICatalogueClient,
    private readonly catalogue: string,
    private readonly clock: Clock,
    stop: AbortSignal
  ) {
    stop.addEventListener('abort', () => this.end());
  }

  /** One page; a rest that the catalogue wants is waited for. Rejects with an AbortError at the end of its time. */
  async search(asked: Omit<SearchQuery, 'catalogue'>): Promise<ItemPage> {
    const { signal } = this.late;
    this.drop ??= this.clock.later(LONGEST_MS, () => this.late.abort());
    for (;;) {
      signal.throwIfAborted();
      try {
        return await this.client.search({ ...asked, catalogue: this.catalogue }, signal);
      } catch (error) {
        const seconds = isAbort(error) ? null : (problemOf(error).retry_after ?? null);
        if (seconds === null) {
          throw error;
        }
        await this.pause(seconds * 1000);
      }
    }
  }

  /** Ask no more. */
  end(): void {
    this.drop?.();
    this.late.abort();
  }

  private pause(milliseconds: number): Promise<void> {
    return new Promise(resolve => {
      const drop = this.clock.later(milliseconds, resolve);
      this.late.signal.addEventListener('abort', () => {
        drop();
        resolve();
      });
    });
  }
}
