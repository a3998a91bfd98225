import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { StorageClient } from '../client';
import { IStorageClient } from '../tokens';

/** Reaches S3 through the Jupyter server. */
export const client: JupyterFrontEndPlugin<IStorageClient> = {
  id: '@eohub/storage:client',
  description: 'Reaches S3 through the Jupyter server.',
  autoStart: true,
  provides: IStorageClient,
  activate: (app: JupyterFrontEnd) => new StorageClient(app.serviceManager.serverSettings)
};
