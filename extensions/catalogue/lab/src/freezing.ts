import { problemOf, type Problem } from '@eohub/toolkit/lib/problem';
import { Store } from '@eohub/toolkit/lib/store';
import type { Clock } from './retries';
import type { CatalogueSearch } from './search';
import type { FreezeQuery, FrozenState, ICatalogueClient } from './tokens';

const LOOK_MS = 1000;

/** What is being kept for a time without a network. */
export interface FreezingState {
  readonly frozen: readonly FrozenState[];
  readonly problem: Problem | null;
}

export const NOTHING_FROZEN: FreezingState = { frozen: [], problem: null };

/** What a person decides about a frozen search. */
export type FreezeChoice = Pick<FreezeQuery, 'title' | 'path' | 'most_items' | 'assets'>;

/** Keeps searches with what is needed to use them without a network; each becomes a catalogue. */
export class Freezing {
  readonly store = new Store<FreezingState>(NOTHING_FROZEN);
  private readonly signal = new AbortController().signal;
  private dropLook: () => void = () => undefined;

  constructor(
    private readonly client: ICatalogueClient,
    private readonly search: CatalogueSearch,
    private readonly clock: Clock
  ) {}

  /** List what is being frozen and was frozen by this server. */
  async load(): Promise<void> {
    await this.attempt(async () => undefined);
  }

  /** Freeze the present search. */
  async start(choice: FreezeChoice): Promise<boolean> {
    const query: FreezeQuery = {
      ...choice,
      searches: [...this.search.queries()],
      largest_asset_bytes: 1_000_000
    };
    return this.attempt(async () => void (await this.client.freeze(query, this.signal)));
  }

  /** Stop freezing; nothing of it is left behind. */
  async stop(id: string): Promise<void> {
    await this.attempt(async () => void (await this.client.stopFreezing(id, this.signal)));
  }

  private async attempt(action: () => Promise<void>): Promise<boolean> {
    this.dropLook();
    try {
      await action();
      await this.take(await this.client.frozen(this.signal));
      return true;
    } catch (error) {
      this.store.patch({ problem: problemOf(error) });
      return false;
    }
  }

  private async take(frozen: readonly FrozenState[]): Promise<void> {
    const before = this.store.get().frozen;
    this.store.set({ frozen, problem: null });
    if (frozen.some(each => each.state === 'freezing')) {
      this.dropLook = this.clock.later(LOOK_MS, () => void this.load());
    }
    const isDone = ({ id, state }: FrozenState) =>
      state === 'ready' && before.some(each => each.id === id && each.state === 'freezing');
    const done = frozen.filter(isDone);
    if (done.length > 0) {
      this.search.announce(
        `${done.map(each => each.title).join(', ')} can be used without a network`
      );
      this.search.list(await this.client.catalogues(this.signal));
    }
  }
}
