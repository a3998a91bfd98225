import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { CubesClient } from '../client';
import { ICubesClient } from '../tokens';

/** Asks the Jupyter server about data. */
export const client: JupyterFrontEndPlugin<ICubesClient> = {
  id: '@eohub/cubes:client',
  description: 'Asks about data through the Jupyter server.',
  autoStart: true,
  provides: ICubesClient,
  activate: (app: JupyterFrontEnd) => new CubesClient(app.serviceManager.serverSettings)
};
