import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { CatalogueClient } from '../client';
import { ICatalogueClient } from '../tokens';

/** Asks catalogues through the Jupyter server. */
export const client: JupyterFrontEndPlugin<ICatalogueClient> = {
  id: '@eohub/catalogue:client',
  description: 'Asks catalogues through the Jupyter server.',
  autoStart: true,
  provides: ICatalogueClient,
  activate: (app: JupyterFrontEnd) => new CatalogueClient(app.serviceManager.serverSettings)
};
