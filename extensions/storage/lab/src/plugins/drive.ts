import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { S3Drive } from '../drive';
import { IStorageClient } from '../tokens';

/** Paths that begin with `S3:` are objects, for every editor of JupyterLab. */
export const drive: JupyterFrontEndPlugin<void> = {
  id: '@eohub/storage:drive',
  description: 'Lets editors open and save objects in S3.',
  autoStart: true,
  requires: [IStorageClient],
  activate: (app: JupyterFrontEnd, client: IStorageClient): void => {
    const { contents, serverSettings } = app.serviceManager;
    contents.addDrive(new S3Drive(client, serverSettings));
  }
};
