import { isAbort, problemOf, type Problem } from '@eohub/toolkit/lib/problem';
import type { Store } from '@eohub/toolkit/lib/store';
import { Retries, type Clock } from './retries';
import type { DataStoreRow, SearchState } from './state';
import type { ICatalogueClient } from './tokens';

const NAME = 'store';

/** Keeps the row of the data store in the panel's state; searches and their failures leave it alone. */
export class DataStoreWatch {
  private readonly retries: Retries;
  private current = new AbortController();
  private asking = false;
  private absent = false;

  constructor(
    private readonly client: ICatalogueClient,
    private readonly state: Store<SearchState>,
    clock: Clock
  ) {
    this.retries = new Retries(clock);
  }

  /** Ask at once, because a person asked; what was going to be tried again is dropped. */
  ask(): void {
    void this.attempt(0);
  }

  /** Ask quietly, unless it is asked or going to be asked anyway, or there is no store. */
  look(): void {
    if (!this.absent && !this.asking && this.row?.health.kind !== 'retrying') {
      void this.attempt(0);
    }
  }

  private get row(): DataStoreRow | null {
    return this.state.get().dataStore;
  }

  private async attempt(attempt: number): Promise<void> {
    this.retries.drop(NAME);
    this.current.abort();
    this.current = new AbortController();
    const { signal } = this.current;
    this.asking = true;
    try {
      const { url } = await this.client.dataStore(signal);
      if (signal.aborted) {
        return;
      }
      this.absent = url === null;
      this.state.patch({ dataStore: url === null ? null : { url, health: { kind: 'ok' } } });
    } catch (error) {
      if (!isAbort(error) && !signal.aborted) {
        this.failed(problemOf(error), attempt);
      }
    } finally {
      if (!signal.aborted) {
        this.asking = false;
      }
    }
  }

  private failed(problem: Problem, attempt: number): void {
    // Any other fault says nothing about a store of which nothing is known: the catalogues tell of it.
    if (this.row === null && problem.code !== 'unavailable') {
      return;
    }
    const at = this.retries.later(NAME, problem, attempt, () => void this.attempt(attempt + 1));
    this.state.patch({
      dataStore: {
        url: this.row?.url ?? null,
        health: at === null ? { kind: 'failed', problem } : { kind: 'retrying', problem, at }
      }
    });
  }
}
