import { problemOf, type Problem } from '@eohub/toolkit/lib/problem';
import { Store } from '@eohub/toolkit/lib/store';
import { Retries, type Clock } from './retries';
import type { CatalogueSearch } from './search';
import type { FreezeQuery, FrozenState, ICatalogueClient } from './tokens';

const LOOK = 'look';
const LOOK_MS = 1000;

/** What is being kept for a time without a network. */
export interface FreezingState {
  readonly frozen: readonly FrozenState[];
  readonly problem: Problem | null;
}

export const NOTHING_FROZEN: FreezingState = { frozen: [], problem: null };

/** What a person decides about a frozen search. */
export type FreezeChoice = Omit<FreezeQuery, 'searches'>;

/** Keeps searches with what is needed to use them without a network; each becomes a catalogue. */
export class Freezing {
  readonly store = new Store<FreezingState>(NOTHING_FROZEN);
  private readonly looks: Retries;

  constructor(
    private readonly client: ICatalogueClient,
    private readonly search: CatalogueSearch,
    clock: Clock
  ) {
    this.looks = new Retries(clock);
  }

  /** List what is being frozen and was frozen by this server. */
  async load(): Promise<void> {
    this.store.patch({ problem: null });
    await this.look();
  }

  /** Freeze the present search. */
  async start(choice: FreezeChoice): Promise<boolean> {
    const query: FreezeQuery = { ...choice, searches: [...this.search.queries()] };
    return this.attempt(() => this.client.freeze(query));
  }

  /** Stop freezing; nothing of it is left behind. */
  async stop(id: string): Promise<void> {
    await this.attempt(() => this.client.stopFreezing(id));
  }

  private async attempt(action: () => Promise<FrozenState>): Promise<boolean> {
    this.store.patch({ problem: null });
    try {
      await action();
    } catch (error) {
      this.store.patch({ problem: problemOf(error) });
      return false;
    }
    await this.look();
    return true;
  }

  /** One that fails is repeated, and leaves what is said of other things. */
  private async look(attempt = 0): Promise<void> {
    try {
      await this.take(await this.client.frozen());
    } catch (error) {
      const problem = problemOf(error);
      const again = () => void this.look(attempt + 1);
      if (this.looks.later(LOOK, problem, attempt, again) === null) {
        this.store.patch({ problem });
      }
    }
  }

  private async take(frozen: readonly FrozenState[]): Promise<void> {
    const before = this.store.get().frozen;
    const isDone = ({ id, state }: FrozenState) =>
      state === 'ready' && before.some(each => each.id === id && each.state === 'freezing');
    const done = frozen.filter(isDone);
    // First, so that it is done again where it fails.
    const list = done.length > 0 ? await this.client.catalogues() : null;
    this.store.patch({ frozen });
    this.looks.drop(LOOK);
    if (frozen.some(each => each.state === 'freezing')) {
      this.looks.soon(LOOK, LOOK_MS, () => void this.look());
    }
    if (list !== null) {
      this.search.list(list);
      this.search.announce(
        `${done.map(each => each.title).join(', ')} can be used without a network`
      );
    }
  }
}
