import { isAbort, ProblemError, problemOf } from '@eohub/toolkit/lib/problem';
import type { Store } from '@eohub/toolkit/lib/store';
import { uploadRefusal } from './panel/format';
import type { DriveState, Location, UploadRow } from './state';
import type { IStorageClient, ObjectPath, TransferOptions } from './tokens';

/** Asked before a file takes the place of an object; true lets it. */
export type MayReplace = (name: string) => Promise<boolean>;

/** Uploads files one after the other, so that each gets the whole line, and shows how far they are. */
export class Uploads {
  private readonly cancels = new Map<number, AbortController>();
  private line: Promise<void> = Promise.resolve();
  private count = 0;

  constructor(
    private readonly client: IStorageClient,
    private readonly store: Store<DriveState>,
    private readonly mayReplace: MayReplace,
    private readonly onUploaded: (location: Location) => void
  ) {}

  /** Put files into the line; resolves when they have all been sent, cancelled or failed. */
  add(location: Location, files: readonly File[]): Promise<void> {
    for (const file of files) {
      const id = (this.count += 1);
      const row = { id, name: file.name, size: file.size, sent: 0, problem: uploadRefusal(file) };
      this.store.patch({ uploads: [...this.store.get().uploads, row] });
      if (row.problem === null) {
        this.cancels.set(id, new AbortController());
        this.line = this.line.then(() => this.send(id, location, file));
      }
    }
    return this.line;
  }

  /** End an upload, or take the row of one that failed away. */
  cancel(id: number): void {
    this.cancels.get(id)?.abort();
    this.cancels.delete(id);
    this.store.patch({ uploads: this.store.get().uploads.filter(row => row.id !== id) });
  }

  private async send(id: number, location: Location, file: File): Promise<void> {
    const cancel = this.cancels.get(id);
    if (cancel === undefined) {
      return;
    }
    const key = `${location.prefix}${file.name}`;
    try {
      const path = { bucket: location.place.bucket, key };
      const sent = await this.sent(path, file, {
        signal: cancel.signal,
        replace: false,
        onProgress: bytes => this.change(id, { sent: bytes })
      });
      this.cancel(id);
      if (sent) {
        this.onUploaded(location);
      }
    } catch (error) {
      this.cancels.delete(id);
      if (!isAbort(error)) {
        this.change(id, { problem: problemOf(error) });
      }
    }
  }

  /** Whether the file was sent: it is not where the person wants to keep what is there. */
  private async sent(path: ObjectPath, file: File, options: TransferOptions): Promise<boolean> {
    try {
      await this.client.upload(path, file, options);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.problem.code !== 'already_there') {
        throw error;
      }
      if (!(await this.mayReplace(file.name))) {
        return false;
      }
      await this.client.upload(path, file, { ...options, replace: true });
    }
    return true;
  }

  private change(id: number, part: Partial<UploadRow>): void {
    const uploads = this.store
      .get()
      .uploads.map(row => (row.id === id ? { ...row, ...part } : row));
    this.store.patch({ uploads });
  }
}
