// The pure parts, one by one: this file and its tests load nothing of Jupyter.
import { secondsBefore } from '@eohub/toolkit/lib/backoff';
import type { Problem } from '@eohub/toolkit/lib/problem';

/** The time, handed in so that tests need not wait. */
export interface Clock {
  now(): number;
  /** Call `action` later, unless the returned function is called before. */
  later(milliseconds: number, action: () => void): () => void;
}

export const BROWSER_CLOCK: Clock = {
  now: () => Date.now(),
  later: (milliseconds, action) => {
    const timer = window.setTimeout(action, milliseconds);
    return () => window.clearTimeout(timer);
  }
};

/** Faults that may pass by themselves; the others need a person. */
const PASSING = new Set([
  'unavailable',
  'timed_out',
  'upstream',
  'catalogue_busy',
  'server_unreachable',
  'server_stopped',
  'too_many'
]);

/** Whether a fault may pass by itself. */
export function isPassing(problem: Problem): boolean {
  return PASSING.has(problem.code);
}

/** Longer pauses are for a person to decide on. */
const LONGEST_ASKED_SECONDS = 300;

/** Seconds before the next attempt: those that were asked for, if any. */
function pauseBefore(problem: Problem, attempt: number): number | null {
  const seconds = isPassing(problem) ? secondsBefore(attempt) : null;
  const asked = problem.retry_after ?? null;
  if (seconds === null || asked === null) {
    return seconds;
  }
  return asked > LONGEST_ASKED_SECONDS ? null : Math.max(1, asked);
}

/** What is going to be tried again, at most one attempt for each name. */
export class Retries {
  private readonly waiting = new Map<string, () => void>();

  constructor(private readonly clock: Clock) {}

  /** Call `again` after a growing pause, a bounded number of times; returns when, or null for never. */
  later(name: string, problem: Problem, attempt: number, again: () => void): number | null {
    const seconds = pauseBefore(problem, attempt);
    if (seconds === null) {
      this.drop(name);
      return null;
    }
    this.soon(name, seconds * 1000, again);
    return this.clock.now() + seconds * 1000;
  }

  /** Call `again` after a pause that is known. */
  soon(name: string, milliseconds: number, again: () => void): void {
    this.drop(name);
    this.waiting.set(name, this.clock.later(milliseconds, again));
  }

  /** Forget the attempt of this name. */
  drop(name: string): void {
    this.waiting.get(name)?.();
    this.waiting.delete(name);
  }

  /** Forget every attempt. */
  dropAll(): void {
    for (const name of [...this.waiting.keys()]) {
      this.drop(name);
    }
  }
}
