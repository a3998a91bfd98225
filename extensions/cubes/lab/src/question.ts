import { isAbort, problemOf, type Problem } from '@eohub/toolkit/lib/problem';
import { Store } from '@eohub/toolkit/lib/store';

/** How far a question is; the last answer stays until another one comes. */
export interface Asked<T> {
  readonly asking: boolean;
  readonly answer: T | null;
  readonly problem: Problem | null;
  /** Whether a person ended it. */
  readonly stopped: boolean;
}

export const NOT_ASKED = { asking: false, answer: null, problem: null, stopped: false } as const;

/** Asks one thing at a time: a newer question ends the one before it. */
export class Question<Q, T> {
  readonly store = new Store<Asked<T>>(NOT_ASKED);
  private controller: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: (query: Q, signal: AbortSignal) => Promise<T>) {}

  /** Ask once nothing newer has been asked for `delay` milliseconds. */
  ask(query: Q, delay = 0): void {
    this.end();
    this.store.patch({ asking: true, stopped: false });
    if (delay > 0) {
      this.timer = setTimeout(() => void this.now(query), delay);
    } else {
      void this.now(query);
    }
  }

  /** Stop what is asked, as a person wished. */
  stop(): void {
    this.end();
    this.store.patch({ asking: false, stopped: true });
  }

  /** Forget question and answer. */
  clear(): void {
    this.end();
    this.store.set(NOT_ASKED);
  }

  /** Ask no more, since nobody looks. */
  end(): void {
    clearTimeout(this.timer);
    this.controller?.abort();
    this.controller = null;
  }

  private async now(query: Q): Promise<void> {
    const controller = (this.controller = new AbortController());
    const { signal } = controller;
    try {
      const answer = await this.send(query, signal);
      if (!signal.aborted) {
        this.store.set({ ...NOT_ASKED, answer });
      }
    } catch (error) {
      if (!isAbort(error) && !signal.aborted) {
        this.store.patch({ asking: false, problem: problemOf(error) });
      }
    }
  }
}
