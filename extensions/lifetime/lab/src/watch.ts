import { problemOf, type Problem } from '@eohub/toolkit/lib/problem';
import { Store } from '@eohub/toolkit/lib/store';
import type { ILifetimeClient, ServerLifetime } from './tokens';

const AFTER_A_FAULT_SECONDS = 30;
const SHORTEST_SECONDS = 1;

/** Open documents are saved so long before the end: time for a slow disk, and no interruption before. */
const SAVE_SECONDS = 20;

/** Answers that say that nothing here will ever know when the server ends. */
const FOR_GOOD = new Set(['not_managed', 'extension_missing']);

/** What is known of the end of this server. */
export interface Watched {
  /** The last answer; null before the first one, and where nothing ends the server. */
  readonly said: ServerLifetime | null;
  /** When that was, in milliseconds of the page's own clock, which nobody sets. */
  readonly heardAt: number;
  readonly isKeeping: boolean;
}

/** The page's clock and timers. */
export interface Timing {
  now(): number;
  after(seconds: number, work: () => void): () => void;
}

/** Seconds until the server is stopped, null where nothing ends it soon. */
export function secondsLeft(watched: Watched, now: number): number | null {
  const ending = watched.said?.ending;
  return ending ? Math.max(0, ending.stops_in_seconds - (now - watched.heardAt) / 1000) : null;
}

/** Asks when the server ends, as often as it wants to be asked, and has documents saved before. */
export class LifetimeWatch {
  readonly store = new Store<Watched>({ said: null, heardAt: 0, isKeeping: false });
  private cancelAsk = () => {};
  private cancelSave = () => {};
  private hasSaved = false;

  constructor(
    private readonly client: ILifetimeClient,
    private readonly timing: Timing,
    private readonly saveAll: () => void
  ) {}

  /** Ask now, and again and again. */
  async begin(): Promise<void> {
    this.cancelAsk();
    let pause = AFTER_A_FAULT_SECONDS;
    try {
      const said = await this.client.status();
      this.hear(said);
      pause = Math.max(SHORTEST_SECONDS, said.refresh_seconds);
    } catch (error) {
      if (FOR_GOOD.has(problemOf(error).code)) {
        return;
      }
    }
    this.cancelAsk();
    this.cancelAsk = this.timing.after(pause, () => void this.begin());
  }

  /** Keep the server; returns what went wrong, null where nothing did. */
  async keep(): Promise<Problem | null> {
    this.store.patch({ isKeeping: true });
    try {
      this.hear(await this.client.keep());
      return null;
    } catch (error) {
      return problemOf(error);
    } finally {
      this.store.patch({ isKeeping: false });
    }
  }

  private hear(said: ServerLifetime): void {
    this.store.patch({ said, heardAt: this.timing.now() });
    this.cancelSave();
    this.cancelSave = () => {};
    if (!said.ending) {
      this.hasSaved = false;
    } else if (!this.hasSaved) {
      const wait = Math.max(0, said.ending.stops_in_seconds - SAVE_SECONDS);
      this.cancelSave = this.timing.after(wait, () => {
        this.hasSaved = true;
        this.saveAll();
      });
    }
  }
}

/** The clock and the timers of a browser. */
export const browserTiming: Timing = {
  now: () => performance.now(),
  after: (seconds, work) => {
    const timer = setTimeout(work, seconds * 1000);
    return () => clearTimeout(timer);
  }
};
