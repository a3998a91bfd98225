import { Token } from '@lumino/coreutils';
import type { components } from './api.gen';

type Schemas = components['schemas'];

export type Document = Schemas['Document'];
export type ObjectPage = Schemas['ObjectPage'];
export type Mount = Schemas['MountView'];
export type ObjectRow = Schemas['ObjectRow'];
export type PanelPlaces = Schemas['PanelPlaces'];
export type Place = Schemas['PlaceView'];
export type Removed = Schemas['Removed'];

/** An object in S3. */
export interface ObjectPath {
  readonly bucket: string;
  readonly key: string;
}

/** How a transfer is followed and ended. */
export interface TransferOptions {
  readonly signal?: AbortSignal;
  /** False: refuse where there is an object of that name. */
  readonly replace: boolean;
  readonly onProgress: (sentBytes: number) => void;
}

/** Asks the user's Jupyter server about S3. */
export interface IStorageClient {
  places(signal: AbortSignal): Promise<PanelPlaces>;
  /** One page of what lies directly below a prefix, by one request to S3. */
  list(
    query: { bucket: string; prefix: string; after: string; limit: number },
    signal: AbortSignal
  ): Promise<ObjectPage>;
  /** A small object with its content. */
  open(path: ObjectPath): Promise<Document>;
  move(path: ObjectPath, target: string): Promise<void>;
  /** Delete an object, or a part of what lies below a prefix. */
  remove(path: ObjectPath): Promise<Removed>;
  makePrefix(bucket: string, prefix: string): Promise<void>;
  /** Write an object through the Jupyter server. */
  save(path: ObjectPath, content: Blob): Promise<ObjectRow>;
  /** Write an object, straight to S3 where the browser reaches it. */
  upload(path: ObjectPath, content: Blob, options: TransferOptions): Promise<void>;
  /** An address from which the browser can download the object. */
  downloadAddress(path: ObjectPath): Promise<string>;
}

export const IStorageClient = new Token<IStorageClient>(
  '@eohub/storage:IStorageClient',
  'Reaches S3 through the Jupyter server.'
);
