import type { Clock } from './retries';

/** Does only the last of several things that are asked for in quick succession, such as while somebody types. */
export class Pause {
  private drop: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly milliseconds: number
  ) {}

  /** Do `action` after the pause, instead of what waits. */
  then(action: () => void): void {
    this.drop();
    this.drop = this.clock.later(this.milliseconds, action);
  }

  /** Do nothing of what waits. */
  cancel(): void {
    this.drop();
  }
}
