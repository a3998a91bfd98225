import type { Clock } from './retries';

/** Does only the last of several things that are asked for in quick succession, such as while somebody types. */
export class Pause {
  private drop: () => void = () => undefined;
  private waiting = false;

  constructor(
    private readonly clock: Clock,
    private readonly milliseconds: number
  ) {}

  /** Do `action` after the pause, instead of what waits. */
  then(action: () => void): void {
    this.drop();
    this.waiting = true;
    this.drop = this.clock.later(this.milliseconds, () => {
      this.waiting = false;
      action();
    });
  }

  /** Do nothing of what waits. */
  cancel(): void {
    this.waiting = false;
    this.drop();
  }

  /** Whether there is something to do. */
  get isWaiting(): boolean {
    return this.waiting;
  }
}
