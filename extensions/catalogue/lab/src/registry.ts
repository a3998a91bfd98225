import { isAbort, problemOf, type Problem } from '@eohub/toolkit/lib/problem';
import { Store } from '@eohub/toolkit/lib/store';
import { Retries, type Clock } from './retries';
import type { CatalogueSearch } from './search';
import type { CatalogueHealth } from './state';
import type { CatalogueSource, CatalogueState, ICatalogueClient, IndexState } from './tokens';

const LOOK_MS = 1000;

/** What is known of catalogues beside the search. */
export interface RegistryState {
  /** What catalogues said that they can do, by their id. */
  readonly states: Readonly<Record<string, CatalogueState>>;
  readonly adding: boolean;
  /** Why the last catalogue could not be added or removed, or its index not be built. */
  readonly problem: Problem | null;
  /** The catalogue that was removed last, to be brought back. */
  readonly removed: CatalogueSource | null;
  /** The catalogue that was added last. */
  readonly added: string | null;
}

export const NO_REGISTRY: RegistryState = {
  states: {},
  adding: false,
  problem: null,
  removed: null,
  added: null
};

/** The catalogues of a site and of a person: added, removed, and indexed where they cannot search. */
export class Registry {
  readonly store = new Store<RegistryState>(NO_REGISTRY);
  private readonly looks: Retries;
  private readonly seen = new Map<string, CatalogueHealth>();
  /** What is being asked about each catalogue, which ends when it is removed. */
  private readonly asking = new Map<string, AbortController>();

  constructor(
    private readonly client: ICatalogueClient,
    private readonly search: CatalogueSearch,
    clock: Clock
  ) {
    this.looks = new Retries(clock);
    search.store.subscribe(() => this.notice());
  }

  /** Ask every listed catalogue what it can do, unless that is known. */
  look(): void {
    const { states } = this.store.get();
    for (const { source } of this.search.store.get().rows) {
      if (states[source.id] === undefined) {
        void this.ask(source.id);
      } else {
        this.follow(source.id);
      }
    }
  }

  /** Add a catalogue by its address or path; true where that worked. */
  async add(address: string, title: string | null = null): Promise<boolean> {
    this.store.patch({ adding: true, problem: null, added: null });
    const isAdded = await this.attempt(async () => {
      const source = await this.client.addCatalogue({ address: address.trim(), title });
      this.search.list(await this.client.catalogues());
      this.store.patch({ added: source.id, removed: null });
      this.search.announce(`${source.title} is added`);
      await this.ask(source.id);
    });
    this.store.patch({ adding: false });
    return isAdded;
  }

  /** Remove a catalogue of one's own; `restore` brings it back. */
  async remove(source: CatalogueSource): Promise<void> {
    await this.attempt(async () => {
      this.search.list(await this.client.removeCatalogue(source.id));
      this.forget(source.id);
      this.store.patch({ removed: source, added: null });
      this.search.announce(`${source.title} is removed`);
    });
  }

  /** Bring the catalogue back that was removed last. */
  async restore(): Promise<void> {
    const { removed } = this.store.get();
    const address = removed?.url ?? removed?.path;
    if (removed && address) {
      await this.add(address, removed.title);
    }
  }

  /** Build the local index of a catalogue, or bring it up to date. */
  async build(catalogue: string): Promise<void> {
    await this.attempt(async () =>
      this.noteIndex(catalogue, await this.client.buildIndex(catalogue))
    );
  }

  /** Stop building the local index of a catalogue. */
  async stop(catalogue: string): Promise<void> {
    await this.attempt(async () =>
      this.noteIndex(catalogue, await this.client.stopBuilding(catalogue))
    );
  }

  /** A search begins to build the index that it lacks, so each answer may bring news of it. */
  private notice(): void {
    for (const { source, health } of this.search.store.get().rows) {
      const before = this.seen.get(source.id);
      this.seen.set(source.id, health);
      const index = this.store.get().states[source.id]?.index;
      if (health !== before && health.kind === 'ok' && index && index.state !== 'ready') {
        void this.lookAt(source.id);
      }
    }
  }

  private async ask(catalogue: string): Promise<void> {
    try {
      const state = await this.client.state(catalogue, this.signalOf(catalogue));
      this.store.patch({ states: { ...this.store.get().states, [catalogue]: state } });
      this.follow(catalogue);
    } catch {
      // The row of the search tells how the catalogue does.
    }
  }

  private noteIndex(catalogue: string, index: IndexState): void {
    const state = this.store.get().states[catalogue];
    const before = state?.index;
    if (state !== undefined) {
      this.store.patch({
        states: { ...this.store.get().states, [catalogue]: { ...state, index } }
      });
    }
    if (before?.state === 'building' && index.state !== 'building') {
      this.search.announce(index.problem ?? `The index is ${index.state}`);
      this.search.refresh(catalogue);
    }
    this.follow(catalogue);
  }

  /** Look again and again how far an index is, until it is built. */
  private follow(catalogue: string): void {
    this.looks.drop(catalogue);
    if (this.isBuilding(catalogue)) {
      this.looks.soon(catalogue, LOOK_MS, () => void this.lookAt(catalogue));
    }
  }

  /** Nobody asked for this look: one that fails is repeated, and leaves what is said of other things. */
  private async lookAt(catalogue: string, attempt = 0): Promise<void> {
    try {
      this.noteIndex(catalogue, await this.client.indexState(catalogue, this.signalOf(catalogue)));
    } catch (error) {
      if (isAbort(error)) {
        return;
      }
      const problem = problemOf(error);
      const again = () => void this.lookAt(catalogue, attempt + 1);
      if (
        this.isBuilding(catalogue) &&
        this.looks.later(catalogue, problem, attempt, again) === null
      ) {
        this.store.patch({ problem });
      }
    }
  }

  private isBuilding(catalogue: string): boolean {
    return this.store.get().states[catalogue]?.index?.state === 'building';
  }

  private signalOf(catalogue: string): AbortSignal {
    const asking = this.asking.get(catalogue) ?? new AbortController();
    this.asking.set(catalogue, asking);
    return asking.signal;
  }

  private forget(catalogue: string): void {
    this.asking.get(catalogue)?.abort();
    this.asking.delete(catalogue);
    this.looks.drop(catalogue);
    const others = Object.entries(this.store.get().states).filter(([id]) => id !== catalogue);
    this.store.patch({ states: Object.fromEntries(others) });
  }

  private async attempt(action: () => Promise<void>): Promise<boolean> {
    try {
      this.store.patch({ problem: null });
      await action();
      return true;
    } catch (error) {
      if (!isAbort(error)) {
        this.store.patch({ problem: problemOf(error) });
      }
      return false;
    }
  }
}
