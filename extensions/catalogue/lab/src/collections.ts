import { isAbort, problemOf } from '@eohub/toolkit/lib/problem';
import { Store } from '@eohub/toolkit/lib/store';
import { Pause } from './pause';
import type { Clock } from './retries';
import type { CatalogueSource, CollectionSummary, ICatalogueClient } from './tokens';

const PAUSE_MS = 250;

/** A collection as it is offered, with the titles of the catalogues that have one of this id. */
export interface CollectionOption {
  readonly id: string;
  readonly title: string;
  readonly catalogues: readonly string[];
  readonly start: string | null;
  readonly end: string | null;
}

/** The collections that are offered for the words typed. */
export interface CollectionChoices {
  readonly words: string;
  readonly asking: boolean;
  readonly options: readonly CollectionOption[];
  /** Whether a catalogue has more of them. */
  readonly more: boolean;
  /** What the person should know: catalogues that did not list theirs, and why. */
  readonly notes: readonly string[];
}

export const NO_CHOICES: CollectionChoices = {
  words: '',
  asking: false,
  options: [],
  more: false,
  notes: []
};

/** The titles of the collections that are known, by id. */
export function titlesOf({ options }: CollectionChoices): ReadonlyMap<string, string> {
  return new Map(options.map(each => [each.id, each.title]));
}

/** Collections of all chosen catalogues, found by free text. */
export class Collections {
  readonly store = new Store<CollectionChoices>(NO_CHOICES);
  private readonly pause: Pause;
  private current = new AbortController();
  private pages = new Map<string, string>();

  constructor(
    private readonly client: ICatalogueClient,
    private readonly chosen: () => readonly CatalogueSource[],
    clock: Clock
  ) {
    this.pause = new Pause(clock, PAUSE_MS);
  }

  /** Offer what holds these words, a moment after the last of them was typed. */
  type(words: string): void {
    this.store.patch({ words, asking: true });
    this.pause.then(() => void this.offer(words));
  }

  /** Offer what holds these words at once. */
  async offer(words: string): Promise<void> {
    this.pause.cancel();
    this.current.abort();
    this.current = new AbortController();
    this.pages = new Map();
    this.store.patch({ words, asking: true, notes: [], more: false });
    await this.ask(this.chosen(), words, []);
  }

  /** Offer the next page of each catalogue that has one. */
  async more(): Promise<void> {
    const { words, options, asking } = this.store.get();
    if (!asking) {
      this.store.patch({ asking: true });
      await this.ask(
        this.chosen().filter(each => this.pages.has(each.id)),
        words,
        options
      );
    }
  }

  /** Old options stay until the first answer, so that the list does not flicker. */
  private async ask(
    sources: readonly CatalogueSource[],
    words: string,
    before: readonly CollectionOption[]
  ): Promise<void> {
    const { signal } = this.current;
    let options = before;
    const one = async ({ id, title }: CatalogueSource): Promise<void> => {
      const page = this.pages.get(id) ?? null;
      try {
        const given = await this.client.collections(id, { words, page }, signal);
        if (signal.aborted) {
          return;
        }
        this.turn(id, given.next);
        options = given.collections.reduce((all, each) => offered(all, each, title), options);
        this.store.patch({ options });
        this.note(given.note);
      } catch (error) {
        if (!isAbort(error) && !signal.aborted) {
          this.turn(id, null);
          this.note(`${title} lists no collections: ${problemOf(error).detail}`);
        }
      }
    };
    await Promise.all(sources.map(one));
    if (!signal.aborted) {
      this.store.patch({ asking: false, options, more: this.pages.size > 0 });
    }
  }

  private turn(catalogue: string, next: string | null): void {
    if (next === null) {
      this.pages.delete(catalogue);
    } else {
      this.pages.set(catalogue, next);
    }
  }

  private note(note: string | null): void {
    if (note !== null) {
      this.store.patch({ notes: [...this.store.get().notes, note] });
    }
  }
}

function offered(
  options: readonly CollectionOption[],
  { id, title, start, end }: CollectionSummary,
  catalogue: string
): readonly CollectionOption[] {
  const twin = options.find(each => each.id === id);
  if (!twin) {
    return [...options, { id, title, start, end, catalogues: [catalogue] }];
  }
  const catalogues = [...new Set([...twin.catalogues, catalogue])];
  return options.map(each => (each === twin ? { ...twin, catalogues } : each));
}
