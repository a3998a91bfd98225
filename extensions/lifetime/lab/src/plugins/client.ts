import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { LifetimeClient } from '../client';
import { ILifetimeClient } from '../tokens';

/** Asks the Jupyter server when it ends. */
export const client: JupyterFrontEndPlugin<ILifetimeClient> = {
  id: '@eohub/lifetime:client',
  description: 'Asks the Jupyter server when it ends.',
  autoStart: true,
  provides: ILifetimeClient,
  activate: (app: JupyterFrontEnd) => new LifetimeClient(app.serviceManager.serverSettings)
};
