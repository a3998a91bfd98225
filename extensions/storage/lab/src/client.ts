import { ProblemError, request } from '@eohub/toolkit';
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { components } from './api.gen';
import type {
  Document,
  IStorageClient,
  ObjectPage,
  ObjectPath,
  ObjectRow,
  PanelPlaces,
  Removed,
  TransferOptions
} from './tokens';
import { put, UNREACHABLE } from './transfer';

type Schemas = components['schemas'];

const ROOT = 'eohub/storage';

/** The only place that knows the addresses of the pod's routes. */
export class StorageClient implements IStorageClient {
  /** Set once the browser was seen not to reach S3, so that it is not tried with every file. */
  private throughServer = false;

  constructor(private readonly settings: ServerConnection.ISettings) {}

  places(signal: AbortSignal): Promise<PanelPlaces> {
    return request<PanelPlaces>(`${ROOT}/places`, { signal }, this.settings);
  }

  list(body: Schemas['ListQuery'], signal: AbortSignal): Promise<ObjectPage> {
    return this.post<ObjectPage>('list', body, signal);
  }

  open(path: ObjectPath): Promise<Document> {
    return this.post<Document>('open', path);
  }

  async move(path: ObjectPath, target: string): Promise<void> {
    await this.post<Schemas['Done']>('move', { ...path, target });
  }

  remove(path: ObjectPath): Promise<Removed> {
    return this.post<Removed>('remove', path);
  }

  async makePrefix(bucket: string, prefix: string): Promise<void> {
    await this.post<Schemas['Done']>('prefix', { bucket, prefix });
  }

  async save(path: ObjectPath, content: Blob): Promise<ObjectRow> {
    const options = { replace: true, onProgress: () => {} };
    return JSON.parse(await this.putThroughServer(path, content, options)) as ObjectRow;
  }

  async upload(path: ObjectPath, content: Blob, options: TransferOptions): Promise<void> {
    const url = await this.address(path, 'upload', options.replace);
    if (url !== null) {
      try {
        await put(url, content, {}, options);
        return;
      } catch (error) {
        if (!(error instanceof ProblemError) || error.problem.code !== UNREACHABLE.code) {
          throw error;
        }
        this.throughServer = true;
      }
    }
    await this.putThroughServer(path, content, options);
  }

  async downloadAddress(path: ObjectPath): Promise<string> {
    const url = await this.address(path, 'download', true);
    if (url !== null && (await reaches(url))) {
      return url;
    }
    this.throughServer = true;
    return this.streamAddress(path, true);
  }

  private async address(
    path: ObjectPath,
    direction: 'download' | 'upload',
    replace: boolean
  ): Promise<string | null> {
    if (this.throughServer) {
      return null;
    }
    const body = { ...path, direction, replace };
    return (await this.post<Schemas['Transfer']>('transfer', body)).url;
  }

  private putThroughServer(
    path: ObjectPath,
    content: Blob,
    options: TransferOptions
  ): Promise<string> {
    const headers = {
      'Content-Type': 'application/octet-stream',
      'X-XSRFToken': xsrfToken(),
      ...(this.settings.token ? { Authorization: `token ${this.settings.token}` } : {})
    };
    return put(this.streamAddress(path, options.replace), content, headers, options);
  }

  private streamAddress(path: ObjectPath, replace: boolean): string {
    const query = new URLSearchParams({ ...path, replace: String(replace) });
    return `${URLExt.join(this.settings.baseUrl, ROOT, 'stream')}?${query.toString()}`;
  }

  private post<T>(name: string, body: object, signal?: AbortSignal): Promise<T> {
    const options = { method: 'POST' as const, body, ...(signal ? { signal } : {}) };
    return request<T>(`${ROOT}/${name}`, options, this.settings);
  }
}

/** Whether the browser may read from the address: S3 may be out of its reach, or refuse our page. */
async function reaches(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { headers: { Range: 'bytes=0-0' } });
    await answer.body?.cancel();
    return true;
  } catch {
    return false;
  }
}

function xsrfToken(): string {
  const found = /(?:^|;\s*)_xsrf=([^;]*)/.exec(document.cookie);
  return found?.[1] ?? '';
}
