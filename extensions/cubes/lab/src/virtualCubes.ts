import { secondsBefore } from '@eohub/toolkit/lib/backoff';
import { isAbort, problemOf, type Problem } from '@eohub/toolkit/lib/problem';
import { Store } from '@eohub/toolkit/lib/store';
import type { ICubesClient, VirtualJob } from './tokens';
import {
  EMPTY_DRAFT,
  nameOf,
  progressText,
  queryOf,
  withoutRefused,
  type VirtualDraft
} from './virtual';

const LOOK_SECONDS = 1;

/** Everything that the page of virtual cubes knows. */
export interface VirtualState {
  readonly draft: VirtualDraft;
  /** The newest first; null until the server has told. */
  readonly jobs: readonly VirtualJob[] | null;
  /** Whether one is being asked for. */
  readonly starting: boolean;
  /** Why one was not begun, or not cancelled. */
  readonly problem: Problem | null;
  /** Why it is not known how far they are; it is asked again. */
  readonly unknown: Problem | null;
  /** What is told to everybody, also to a screen reader. */
  readonly told: string;
  /** Why code could not be written. */
  readonly codeProblem: Problem | null;
}

export const NO_JOBS: VirtualState = {
  draft: EMPTY_DRAFT,
  jobs: null,
  starting: false,
  problem: null,
  unknown: null,
  told: '',
  codeProblem: null
};

const isRunning = ({ state }: VirtualJob) => state === 'running';
const isSame = (one: VirtualJob, other: VirtualJob) => one.id === other.id;

/** Makes virtual cubes, and follows them while they are made. */
export class VirtualCubes {
  readonly store: Store<VirtualState>;
  private looking = new AbortController();
  private ended = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly client: ICubesClient,
    draft: VirtualDraft = EMPTY_DRAFT
  ) {
    this.store = new Store<VirtualState>({ ...NO_JOBS, draft });
  }

  /** Ask how far they are, and go on asking while one is being made. */
  load(): void {
    void this.look(0);
  }

  /** Change what is typed. */
  type(change: Partial<VirtualDraft>): void {
    this.store.patch({ draft: { ...this.store.get().draft, ...change } });
  }

  /** Take files that were refused out of the list. */
  leaveOut(job: VirtualJob): void {
    this.type({ addresses: withoutRefused(this.store.get().draft, job) });
  }

  /** Begin to make what is typed. */
  async make(): Promise<void> {
    const { draft, starting } = this.store.get();
    if (!starting) {
      this.store.patch({ starting: true });
      await this.attempt(() => this.client.makeVirtual(queryOf(draft)));
      this.store.patch({ starting: false });
    }
  }

  /** Stop making one; nothing of it stays. */
  cancel({ id }: VirtualJob): Promise<void> {
    return this.attempt(() => this.client.cancelVirtual(id));
  }

  /** Begin one anew that is over without being done. */
  again({ id }: VirtualJob): Promise<void> {
    return this.attempt(() => this.client.makeVirtualAgain(id));
  }

  /** Ask no more. */
  dispose(): void {
    this.ended = true;
    this.stopLooking();
  }

  private async attempt(action: () => Promise<VirtualJob>): Promise<void> {
    this.store.patch({ problem: null });
    try {
      const job = await action();
      const jobs = this.store.get().jobs ?? [];
      const isNew = !jobs.some(each => isSame(each, job));
      this.store.patch({
        jobs: isNew ? [job, ...jobs] : jobs.map(each => (isSame(each, job) ? job : each))
      });
    } catch (error) {
      this.store.patch({ problem: problemOf(error) });
    }
    // Also after a fault: it may have been in the way back only.
    await this.look(0);
  }

  private async look(attempt: number): Promise<void> {
    if (this.ended) {
      return;
    }
    this.stopLooking();
    const { signal } = (this.looking = new AbortController());
    try {
      const jobs = await this.client.virtualJobs(signal);
      if (!signal.aborted) {
        this.take(jobs);
      }
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) {
        this.store.patch({ unknown: problemOf(error) });
        this.lookAgain(secondsBefore(attempt), attempt + 1);
      }
    }
  }

  private take(jobs: readonly VirtualJob[]): void {
    const state = this.store.get();
    const before = (state.jobs ?? []).filter(isRunning);
    const ended = jobs.filter(job => !isRunning(job) && before.some(each => isSame(each, job)));
    const told = ended.map(job => `${nameOf(job.target)}: ${progressText(job)}`).join(', ');
    this.store.patch({
      jobs,
      unknown: null,
      ...(told === '' ? {} : { told })
    });
    if (jobs.some(isRunning)) {
      this.lookAgain(LOOK_SECONDS, 0);
    }
  }

  private lookAgain(seconds: number | null, attempt: number): void {
    if (seconds !== null) {
      this.timer = setTimeout(() => void this.look(attempt), seconds * 1000);
    }
  }

  private stopLooking(): void {
    clearTimeout(this.timer);
    this.looking.abort();
  }
}
