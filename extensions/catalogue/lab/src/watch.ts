import { BROWSER_CLOCK, type Clock } from './retries';
import type { CatalogueSearch } from './search';

const PAUSE_MS = 30_000;

/** Searches when the panel is first seen, and looks from time to time whether catalogues still answer. */
export class Watch {
  private stop: (() => void) | null = null;
  private started = false;

  constructor(
    private readonly search: CatalogueSearch,
    private readonly ready: Promise<void>,
    private readonly clock: Clock = BROWSER_CLOCK,
    private readonly isHidden: () => boolean = () => document.hidden
  ) {}

  /** Note whether the panel is in view. */
  setVisible(visible: boolean): void {
    this.stop?.();
    this.stop = visible ? this.clock.later(PAUSE_MS, () => this.look()) : null;
    if (visible && !this.started) {
      this.started = true;
      void this.ready.then(() => this.search.load());
    } else if (visible) {
      this.search.probe();
    }
  }

  private look(): void {
    if (!this.isHidden()) {
      this.search.probe();
    }
    this.stop = this.clock.later(PAUSE_MS, () => this.look());
  }
}
