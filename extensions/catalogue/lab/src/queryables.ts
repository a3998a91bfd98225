import { isAbort, problemOf } from '@eohub/toolkit/lib/problem';
import { Store } from '@eohub/toolkit/lib/store';
import type { CatalogueSource, ICatalogueClient, Queryable } from './tokens';

/** Asking for every one of a hundred collections would use up what a catalogue grants. */
const MOST_COLLECTIONS = 5;

/** The properties that are offered as filters. */
export interface PropertyChoices {
  readonly asking: boolean;
  readonly queryables: readonly Queryable[];
  readonly notes: readonly string[];
}

export const NO_PROPERTIES: PropertyChoices = { asking: false, queryables: [], notes: [] };

/** Queryables of the chosen collections in all chosen catalogues; each is asked for once a listing. */
export class Queryables {
  readonly store = new Store<PropertyChoices>(NO_PROPERTIES);
  private readonly asked = new Map<string, Promise<readonly Queryable[]>>();
  private current = new AbortController();
  /** Ends what is asked for a listing that is no longer the last. */
  private listed = new AbortController();
  private listing = 0;

  /** `listings` tells how often the catalogues were listed. */
  constructor(
    private readonly client: ICatalogueClient,
    private readonly chosen: () => readonly CatalogueSource[],
    private readonly listings: () => number
  ) {}

  /** Offer what these collections can be searched by; what all can be, where none is chosen. */
  async offer(collections: readonly string[]): Promise<void> {
    this.current.abort();
    this.current = new AbortController();
    const { signal } = this.current;
    if (this.listing !== this.listings()) {
      this.listing = this.listings();
      this.asked.clear();
      this.listed.abort();
      this.listed = new AbortController();
    }
    this.store.patch({ asking: true, notes: [] });
    const wanted = collections.length === 0 ? [null] : collections.slice(0, MOST_COLLECTIONS);
    const notes = new Set<string>();
    const answers = this.chosen().flatMap(source =>
      wanted.map(collection =>
        this.ask(source.id, collection).catch((error: unknown): readonly Queryable[] => {
          const problem = isAbort(error) ? null : problemOf(error);
          // A catalogue that lacks one of the collections has none of its properties either.
          if (problem !== null && !problem.code.includes('not_found')) {
            notes.add(`${source.title}: ${problem.detail}`);
          }
          return [];
        })
      )
    );
    const lists = await Promise.all(answers);
    if (!signal.aborted) {
      this.store.set({ asking: false, queryables: joined(lists.flat()), notes: [...notes] });
    }
  }

  private ask(catalogue: string, collection: string | null): Promise<readonly Queryable[]> {
    const name = JSON.stringify([catalogue, collection]);
    const known = this.asked.get(name);
    if (known) {
      return known;
    }
    const asked = this.client
      .queryables(catalogue, collection, this.listed.signal)
      .then(list => list.queryables);
    this.asked.set(name, asked);
    asked.catch(() => {
      if (this.asked.get(name) === asked) {
        this.asked.delete(name);
      }
    });
    return asked;
  }
}

/** One queryable for each name: values and limits are those of all together. */
function joined(queryables: readonly Queryable[]): readonly Queryable[] {
  const byName = new Map<string, Queryable>();
  for (const each of queryables) {
    const twin = byName.get(each.name);
    byName.set(each.name, twin ? wider(twin, each) : each);
  }
  return [...byName.values()].sort((one, other) => one.title.localeCompare(other.title));
}

function wider(one: Queryable, other: Queryable): Queryable {
  const both = (a: number | null, b: number | null, of: (...given: number[]) => number) =>
    a === null || b === null ? null : of(a, b);
  const isTold = one.values.length > 0 && other.values.length > 0;
  return {
    ...one,
    type: one.type === other.type ? one.type : 'string',
    unit: one.unit ?? other.unit,
    values: isTold ? [...new Set([...one.values, ...other.values])] : [],
    minimum: both(one.minimum, other.minimum, Math.min),
    maximum: both(one.maximum, other.maximum, Math.max)
  };
}
