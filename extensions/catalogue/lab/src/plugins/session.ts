import { toastProblem, problemOf } from '@eohub/toolkit';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { insertCode } from '../insert';
import { CatalogueSearch } from '../search';
import { ICatalogueSession } from '../session';
import { ICatalogueClient } from '../tokens';
import { PANEL_ID, PANEL_PLUGIN } from './names';

/** The search behind the panel; nothing is asked before the panel is seen. */
export const session: JupyterFrontEndPlugin<ICatalogueSession> = {
  id: '@eohub/catalogue:session',
  description: 'Holds the search that the catalogue panel shows.',
  autoStart: true,
  provides: ICatalogueSession,
  requires: [ICatalogueClient, INotebookTracker],
  optional: [ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    catalogueClient: ICatalogueClient,
    notebooks: INotebookTracker,
    registry: ISettingRegistry | null
  ): ICatalogueSession => {
    const search = new CatalogueSearch(catalogueClient);
    void followPageSize(search, registry);
    return {
      search,
      // Later, since the command palette gives the focus back to the notebook when it closes.
      show: () => void window.setTimeout(() => app.shell.activateById(PANEL_ID)),
      insert: async (item, key) => {
        try {
          await search.insert(item, key, source => insertCode(app, notebooks, source));
        } catch (error) {
          toastProblem(problemOf(error));
        }
      }
    };
  }
};

async function followPageSize(
  search: CatalogueSearch,
  registry: ISettingRegistry | null
): Promise<void> {
  const settings = await registry?.load(PANEL_PLUGIN);
  const read = () => {
    const size = settings?.get('pageSize').composite;
    search.pageSize = typeof size === 'number' ? size : search.pageSize;
  };
  settings?.changed.connect(read);
  read();
}
