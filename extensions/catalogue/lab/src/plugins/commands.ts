import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { catalogueIcon } from '../icons';
import { ICatalogueSession } from '../session';
import { isAsking } from '../state';

const CATEGORY = 'Catalogue';

/** Every action of the panel as a command, in the palette too. */
export const commands: JupyterFrontEndPlugin<void> = {
  id: '@eohub/catalogue:commands',
  description: 'Adds the commands of the catalogue.',
  autoStart: true,
  requires: [ICatalogueSession],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    session: ICatalogueSession,
    palette: ICommandPalette | null
  ): void => {
    for (const [name, options] of Object.entries(actions(session))) {
      const command = `eohub-catalogue:${name}`;
      app.commands.addCommand(command, options);
      palette?.addItem({ command, category: CATEGORY });
    }
    session.search.store.subscribe(() => app.commands.notifyCommandChanged());
  }
};

/** The commands by name; each does one thing that the panel can do. */
function actions(session: ICatalogueSession) {
  const { search } = session;
  const state = () => search.store.get();
  const schema = { args: { type: 'object', properties: {} } } as const;
  return {
    show: {
      label: 'Show the Catalogue',
      icon: catalogueIcon,
      describedBy: schema,
      execute: () => session.show()
    },
    'search-again': {
      label: 'Search Catalogues Again',
      describedBy: schema,
      execute: () => {
        session.show();
        void search.load();
      }
    },
    stop: {
      label: 'Stop the Catalogue Search',
      describedBy: schema,
      isEnabled: () => isAsking(state()),
      execute: () => search.cancel()
    },
    more: {
      label: 'Show More Catalogue Items',
      describedBy: schema,
      isEnabled: () => state().rows.some(row => row.next !== null),
      execute: () => search.more()
    },
    'insert-code': {
      label: 'Insert Code for the Selected Catalogue Item',
      describedBy: schema,
      isEnabled: () => search.selected()?.code_refusal === null,
      execute: async () => {
        const item = search.selected();
        const { selected } = state();
        if (item && selected !== null) {
          await session.insert(item, selected);
        }
      }
    }
  };
}
