import { ProblemError, toastProblem, problemOf } from '@eohub/toolkit';
import { insertCode } from '@eohub/toolkit/lib/insert';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Clipboard, Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Collections } from '../collections';
import { cubesOf } from '../cubes';
import { Freezing } from '../freezing';
import { insertSearch } from '../insertSearch';
import { LINK_COPIED, linkOf } from '../link';
import { Orders, type OrderDesk } from '../orders';
import { Queryables } from '../queryables';
import { Registry } from '../registry';
import { BROWSER_CLOCK } from '../retries';
import { SavedThings } from '../saved';
import { Twins } from '../twins';
import { CatalogueSearch } from '../search';
import { ICatalogueSession } from '../session';
import { chosenRows } from '../state';
import { ICatalogueClient, type ItemKey } from '../tokens';
import { labAddress } from '../address';
import { OPEN_ITEM, PANEL_ID, PANEL_PLUGIN } from './names';

/** The search behind the panel; nothing is asked before the panel is seen. */
export const session: JupyterFrontEndPlugin<ICatalogueSession> = {
  id: '@eohub/catalogue:session',
  description: 'Holds the search that the catalogue panel shows.',
  autoStart: true,
  provides: ICatalogueSession,
  requires: [ICatalogueClient, INotebookTracker],
  optional: [ISettingRegistry],
  activate: async (
    app: JupyterFrontEnd,
    client: ICatalogueClient,
    notebooks: INotebookTracker,
    registry: ISettingRegistry | null
  ): Promise<ICatalogueSession> => {
    const cubes = await cubesOf(app);
    const write = cubes ? async (key: ItemKey) => cubes.code(await client.source(key)) : undefined;
    const search = new CatalogueSearch(client);
    void followPageSize(search, registry);
    const openKey = ({ catalogue, collection, item }: ItemKey) => {
      if (app.commands.hasCommand(OPEN_ITEM)) {
        void app.commands.execute(OPEN_ITEM, { catalogue, collection: collection ?? null, item });
      }
    };
    return {
      ...partsOf(client, search),
      twins: new Twins(client, search, source =>
        told(async () => {
          const name = await insertCode(app, notebooks, source, false);
          search.announce(`Code inserted into ${name}`);
        })
      ),
      orders: new Orders(client, search, deskOf(openKey), BROWSER_CLOCK),
      openKey,
      // Later, since the command palette gives the focus back to the notebook when it closes.
      show: () => void window.setTimeout(() => app.shell.activateById(PANEL_ID)),
      insert: (item, key, isNew = false) =>
        told(() =>
          search.insert(item, key, source => insertCode(app, notebooks, source, isNew), write)
        ),
      opensData: cubes !== null,
      look: (key, asset) => told(async () => cubes?.open(await client.source(key), asset)),
      openItem: ({ catalogue, collection, id }) => openKey({ catalogue, collection, item: id }),
      insertSearchCode: () =>
        told(() =>
          insertSearch(client, search.queries(), async source => {
            const name = await insertCode(app, notebooks, source, false);
            search.announce(`Code inserted into ${name}`);
          })
        ),
      copyLink: () => told(async () => copyLink(search))
    };
  }
};

function partsOf(client: ICatalogueClient, search: CatalogueSearch) {
  const chosen = () => chosenRows(search.store.get()).map(row => row.source);
  return {
    client,
    search,
    registry: new Registry(client, search, BROWSER_CLOCK),
    saved: new SavedThings(client, search),
    freezing: new Freezing(client, search, BROWSER_CLOCK),
    collections: new Collections(client, chosen, BROWSER_CLOCK),
    properties: new Queryables(client, chosen, () => search.store.get().listings)
  };
}

/** Asks before something is ordered twice, and tells in a toast what is over. */
function deskOf(openKey: (key: ItemKey) => void): OrderDesk {
  return {
    again: async ({ detail, hint }) => {
      const buttons = [Dialog.cancelButton(), Dialog.okButton({ label: 'Order again' })];
      const body = [detail, hint].filter(Boolean).join(' ');
      return (await showDialog({ title: 'Order it again?', body, buttons })).button.accept;
    },
    told: ({ title, state, problem, delivered }) => {
      if (state === 'succeeded') {
        const actions = delivered
          ? [{ label: 'Open', callback: () => openKey(delivered) }]
          : undefined;
        Notification.success(`${title} is delivered.`, { autoClose: false, actions });
      } else if (state !== 'cancelled-watching') {
        Notification.warning(`The order of ${title} has ended: ${problem ?? state}`);
      }
    }
  };
}

function copyLink(search: CatalogueSearch): void {
  const { form, rows } = search.store.get();
  const isAll = rows.every(row => row.chosen);
  const catalogues = isAll ? [] : rows.filter(row => row.chosen).map(row => row.source.id);
  const link = linkOf(
    { form, catalogues },
    labAddress(name => PageConfig.getOption(name))
  );
  if (link === null) {
    throw new ProblemError({
      code: 'too_long',
      detail: 'This search is too long for a link.',
      hint: 'Take a simpler area, or save the search under a name.'
    });
  }
  Clipboard.copyToSystem(link);
  search.announce(LINK_COPIED);
}

/** Do something; what goes wrong becomes a toast. */
async function told(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    toastProblem(problemOf(error));
  }
}

async function followPageSize(
  search: CatalogueSearch,
  registry: ISettingRegistry | null
): Promise<void> {
  const settings = await registry?.load(PANEL_PLUGIN);
  const read = () => {
    const size = settings?.get('pageSize').composite;
    if (typeof size === 'number') {
      search.pageSize = size;
    }
  };
  settings?.changed.connect(read);
  read();
}
