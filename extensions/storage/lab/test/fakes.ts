import { ProblemError } from '@eohub/toolkit/lib/problem';
import { createElement } from 'react';
import type { DriveActions } from '../src/panel/DrivePanel';
import type { PanelIcons } from '../src/panel/icons';
import type {
  Document,
  IStorageClient,
  ObjectPage,
  ObjectPath,
  ObjectRow,
  PanelPlaces,
  Place,
  Removed,
  TransferOptions
} from '../src/tokens';

export const OWN: Place = { bucket: 'users', prefix: 'alice/', title: 'My data', writable: true };
export const SHARED: Place = { bucket: 'climate', prefix: '', title: 'climate', writable: false };
export const MODIFIED = '2026-03-01T12:00:00Z';
export const NO_RIGHT = new ProblemError({
  code: 'forbidden',
  detail: 'You have no right to do this in s3://users/alice/.',
  hint: 'The list of places shows what you may read and write.'
});

/** S3 in memory, by `bucket/key`, a page at a time; notes what it was asked. */
export class MemoryClient implements IStorageClient {
  readonly asked: string[] = [];
  readonly held = new Map<string, string>();
  failure: Error | null = null;
  /** Called in the middle of each upload. */
  onUpload: (options: TransferOptions) => Promise<void> = () => Promise.resolve();

  constructor(...names: string[]) {
    for (const name of names) {
      this.held.set(name, 'x');
    }
  }

  mounts: PanelPlaces['mounts'] = [];

  async places(): Promise<PanelPlaces> {
    this.ask('places');
    return { places: [OWN, SHARED], mounts: this.mounts };
  }

  async list(
    query: { bucket: string; prefix: string; after: string; limit: number },
    signal: AbortSignal
  ): Promise<ObjectPage> {
    this.ask(`list ${query.prefix} after ${query.after}`);
    await Promise.resolve();
    signal.throwIfAborted();
    const root = `${query.bucket}/${query.prefix}`;
    const below = [...this.held.keys()]
      .filter(name => name.startsWith(root))
      .map(name => name.slice(root.length).replace(/\/.*/, '/'));
    const left = [...new Set(below)].sort().filter(name => name > query.after);
    const shown = left.slice(0, query.limit);
    return {
      bucket: query.bucket,
      prefix: query.prefix,
      prefixes: shown.filter(name => name.endsWith('/')).map(name => `${query.prefix}${name}`),
      objects: shown.filter(name => !name.endsWith('/')).map(name => row(`${query.prefix}${name}`)),
      next: left.length > query.limit ? (shown.at(-1) ?? null) : null
    };
  }

  async open(path: ObjectPath): Promise<Document> {
    this.ask(`open ${path.key}`);
    const content = this.held.get(`${path.bucket}/${path.key}`) ?? '';
    return { ...row(path.key), bucket: path.bucket, format: 'text', content };
  }

  async move(path: ObjectPath, target: string): Promise<void> {
    this.ask(`move ${path.key} to ${target}`);
  }

  async remove(path: ObjectPath): Promise<Removed> {
    this.ask(`remove ${path.key}`);
    const names = [...this.held.keys()].filter(name =>
      name.startsWith(`${path.bucket}/${path.key}`)
    );
    const taken = names.slice(0, 1000);
    taken.forEach(name => this.held.delete(name));
    return { count: taken.length, is_all: taken.length === names.length };
  }

  async makePrefix(bucket: string, prefix: string): Promise<void> {
    this.ask(`make ${prefix}`);
    this.held.set(`${bucket}/${prefix}`, '');
  }

  async save(path: ObjectPath, content: Blob): Promise<ObjectRow> {
    this.ask(`save ${path.key}`);
    this.held.set(`${path.bucket}/${path.key}`, await content.text());
    return row(path.key);
  }

  async upload(path: ObjectPath, content: Blob, options: TransferOptions): Promise<void> {
    this.ask(`upload ${path.key}${options.replace ? ' replacing' : ''}`);
    const name = `${path.bucket}/${path.key}`;
    if (!options.replace && this.held.has(name)) {
      throw new ProblemError({ code: 'already_there', detail: 'There is one.' });
    }
    await this.onUpload(options);
    options.signal?.throwIfAborted();
    this.held.set(name, await content.text());
  }

  async downloadAddress(path: ObjectPath): Promise<string> {
    return `http://s3.test/${path.bucket}/${path.key}`;
  }

  private ask(what: string): void {
    this.asked.push(what);
    if (this.failure !== null) {
      throw this.failure;
    }
  }
}

export function row(key: string): ObjectRow {
  return { key, size: 1, modified: MODIFIED };
}

const drawn = () => createElement('i');

export const ICONS: PanelIcons = {
  bucket: drawn,
  folder: drawn,
  file: drawn,
  newFolder: drawn,
  upload: drawn,
  refresh: drawn,
  up: drawn,
  close: drawn
};

/** Actions that note what was done. */
export function noting(done: string[]): DriveActions {
  return {
    home: () => done.push('home'),
    enter: place => done.push(`enter ${place.title}`),
    go: location => done.push(`go ${location.prefix}`),
    up: () => done.push('up'),
    more: () => done.push('more'),
    reload: () => done.push('reload'),
    select: key => done.push(`select ${key}`),
    open: each => done.push(`open ${each.key}`),
    isData: each => each.name.endsWith('.nc'),
    look: each => done.push(`look ${each.key}`),
    download: each => done.push(`download ${each.key}`),
    copyPath: each => done.push(`copy ${each.key}`),
    insertPath: each => done.push(`insert ${each.key}`),
    remove: each => done.push(`remove ${each.key}`),
    newFolder: () => done.push('new folder'),
    upload: files => done.push(`upload ${files.map(file => file.name).join()}`),
    cancelUpload: id => done.push(`cancel ${id}`)
  };
}
