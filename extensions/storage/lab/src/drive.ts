import { ProblemError } from '@eohub/toolkit/lib/problem';
import type { Contents } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import type { Document, IStorageClient, ObjectPath, ObjectRow } from './tokens';

/** The name before the colon of a path in S3: `S3:bucket/folder/name.ipynb`. */
export const DRIVE_NAME = 'S3';

/** The local path of an object in the drive. */
export function localPath(path: ObjectPath): string {
  return `${path.bucket}/${path.key}`;
}

/** Bucket and key of a local path; throws a ProblemError for one that names no object. */
export function objectPath(local: string): ObjectPath {
  const [, bucket, key] = /^\/?([^/]+)\/(.*[^/])$/.exec(local) ?? [];
  if (bucket === undefined || key === undefined) {
    throw unsupported(`${local || 'This'} is no object in S3.`);
  }
  return { bucket, key };
}

/**
 * Lets JupyterLab's editors open and save single objects. Folders are walked in the panel, a page at a time,
 * since this interface would want all their names at once.
 */
export class S3Drive implements Contents.IDrive {
  readonly name = DRIVE_NAME;
  readonly fileChanged = new Signal<this, Contents.IChangedArgs>(this);
  isDisposed = false;

  constructor(
    private readonly client: IStorageClient,
    readonly serverSettings: Contents.IDrive['serverSettings']
  ) {}

  dispose(): void {
    this.isDisposed = true;
    Signal.clearData(this);
  }

  async get(local: string, options?: Contents.IFetchOptions): Promise<Contents.IModel> {
    if (options?.type === 'directory' || !/.\/./.test(local)) {
      return folder(local);
    }
    const found = await this.client.open(objectPath(local));
    return modelOf(local, found, options?.content === false ? null : found);
  }

  async getDownloadUrl(local: string): Promise<string> {
    return this.client.downloadAddress(objectPath(local));
  }

  async save(local: string, options?: Partial<Contents.IModel>): Promise<Contents.IModel> {
    const content = blobOf(options);
    const written = await this.client.save(objectPath(local), content);
    const model = modelOf(local, written, null);
    this.fileChanged.emit({ type: 'save', oldValue: null, newValue: model });
    return model;
  }

  async rename(oldLocal: string, newLocal: string): Promise<Contents.IModel> {
    const [from, to] = [objectPath(oldLocal), objectPath(newLocal)];
    if (from.bucket !== to.bucket) {
      throw unsupported('An object keeps its bucket when it is renamed.');
    }
    await this.client.move(from, to.key);
    const model = await this.get(newLocal, { content: false });
    this.fileChanged.emit({ type: 'rename', oldValue: { path: oldLocal }, newValue: model });
    return model;
  }

  async delete(local: string): Promise<void> {
    await this.client.remove(objectPath(local));
    this.fileChanged.emit({ type: 'delete', oldValue: { path: local }, newValue: null });
  }

  newUntitled(): Promise<Contents.IModel> {
    return Promise.reject(unsupported('A new object gets its name when it is saved.'));
  }

  copy(): Promise<Contents.IModel> {
    return Promise.reject(unsupported('Objects are copied in a notebook.'));
  }

  /** S3 keeps whole objects only, so an editor finds no checkpoint and makes none. */
  async createCheckpoint(): Promise<Contents.ICheckpointModel> {
    return { id: 'none', last_modified: new Date().toISOString() };
  }

  async listCheckpoints(): Promise<Contents.ICheckpointModel[]> {
    return [];
  }

  restoreCheckpoint(): Promise<void> {
    return Promise.reject(unsupported('Objects have no checkpoints.'));
  }

  async deleteCheckpoint(): Promise<void> {
    // There is none.
  }
}

function unsupported(detail: string): ProblemError {
  return new ProblemError({ code: 'unsupported', detail, hint: null });
}

/** A folder without its names: editors ask for one only to see whether it is there. */
function folder(local: string): Contents.IModel {
  return {
    ...described(local, { size: 0, modified: '' }),
    type: 'directory',
    format: 'json',
    content: []
  };
}

function modelOf(
  local: string,
  facts: Pick<ObjectRow, 'size' | 'modified'>,
  document: Document | null
): Contents.IModel {
  const isNotebook = local.endsWith('.ipynb');
  const model = described(local, facts);
  if (document === null) {
    return { ...model, type: isNotebook ? 'notebook' : 'file', format: null, content: null };
  }
  if (isNotebook) {
    return { ...model, type: 'notebook', format: 'json', content: notebookOf(document.content) };
  }
  return { ...model, type: 'file', format: document.format, content: document.content };
}

function described(local: string, facts: Pick<ObjectRow, 'size' | 'modified'>) {
  return {
    name: local.split('/').pop() ?? local,
    path: local,
    size: facts.size,
    created: facts.modified,
    last_modified: facts.modified,
    mimetype: '',
    writable: true
  };
}

function notebookOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unsupported('The object is called like a notebook and is none.');
  }
}

function blobOf(options: Partial<Contents.IModel> | undefined): Blob {
  const content: unknown = options?.content;
  switch (options?.format) {
    case 'json':
      return new Blob([JSON.stringify(content, null, 1), '\n']);
    case 'base64': {
      const bytes = Uint8Array.from(atob(String(content)), each => each.charCodeAt(0));
      return new Blob([bytes]);
    }
    default:
      return new Blob([typeof content === 'string' ? content : '']);
  }
}
