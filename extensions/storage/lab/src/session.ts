import { Token } from '@lumino/coreutils';
import type { Browse } from './browse';
import type { Location, Row } from './state';
import type { Uploads } from './uploads';

/** What the panel and the commands do, for the plugins of this extension only. */
export interface IDriveSession {
  readonly browse: Browse;
  readonly uploads: Uploads;
  /** Bring the panel into view. */
  show(): void;
  /** Enter a prefix, or open an object in the cube view or in an editor. */
  open(row: Row): void;
  /** Whether a row is data that the cube view opens, where there is one. */
  isData(row: Row): boolean;
  /** Open a row in the cube view. */
  look(row: Row): void;
  download(row: Row): void;
  copyPath(row: Row): void;
  /** Write the address of a row where the cursor is. */
  insertPath(row: Row): void;
  /** Ask, then delete an object or all below a prefix. */
  remove(row: Row): void;
  /** Ask for a name, then make a prefix. */
  newFolder(location: Location): void;
}

export const IDriveSession = new Token<IDriveSession>(
  '@eohub/storage:IDriveSession',
  'What the S3 panel shows and does.'
);
