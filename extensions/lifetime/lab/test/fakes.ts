import type { ILifetimeClient, ServerLifetime } from '../src/tokens';
import type { Timing } from '../src/watch';

/** A server that nothing ends soon, with changes. */
export function lifetime(changes: Partial<ServerLifetime> = {}): ServerLifetime {
  return {
    ending: null,
    rules: 'Stops after 1 h without activity, at the latest after 24 h.',
    busy_with: [],
    age_seconds: 4000,
    refresh_seconds: 15,
    ...changes
  };
}

/** The same with a warning. */
export function warned(seconds: number, keep: number | null = 3600): ServerLifetime {
  return lifetime({
    ending: {
      stops_in_seconds: seconds,
      cause: 'idle',
      why: 'Nothing is running in it.',
      keep_seconds: keep
    }
  });
}

/** Says what it was told to say, a function being thrown or returned. */
export class FakeClient implements ILifetimeClient {
  answer: () => ServerLifetime = () => lifetime();
  kept: () => ServerLifetime = () => lifetime();
  asked = 0;

  async status(): Promise<ServerLifetime> {
    this.asked += 1;
    return this.answer();
  }

  async keep(): Promise<ServerLifetime> {
    return this.kept();
  }
}

/** Time that passes when a test says so. */
export class FakeTiming implements Timing {
  private milliseconds = 0;
  private readonly waiting = new Map<() => void, { at: number; work: () => void }>();

  now(): number {
    return this.milliseconds;
  }

  after(seconds: number, work: () => void): () => void {
    const cancel = () => void this.waiting.delete(cancel);
    this.waiting.set(cancel, { at: this.milliseconds + seconds * 1000, work });
    return cancel;
  }

  async pass(seconds: number): Promise<void> {
    const end = this.milliseconds + seconds * 1000;
    for (;;) {
      const due = [...this.waiting].filter(([, { at }]) => at <= end);
      due.sort(([, one], [, other]) => one.at - other.at);
      const [first] = due;
      if (!first) {
        break;
      }
      const [cancel, { at, work }] = first;
      this.milliseconds = at;
      cancel();
      work();
      await settled();
    }
    this.milliseconds = end;
  }
}

/** Everything that only waited for a promise has been done. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    await Promise.resolve();
  }
}
