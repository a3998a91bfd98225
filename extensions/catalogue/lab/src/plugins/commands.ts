import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Clipboard, ICommandPalette } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { isEmpty } from '../form';
import { catalogueIcon } from '../icons';
import { itemKeyOf } from '../itemLoad';
import { ICatalogueSession } from '../session';
import { hasMore, isAsking, type Section } from '../state';
import type { NamedAsset } from '../tokens';
import { named, OPEN_ITEM } from './names';

const CATEGORY = 'Catalogue';

/** The file that a command of the menu of files is about. */
function assetOf({ asset, title }: ReadonlyPartialJSONObject): NamedAsset | null {
  return typeof asset === 'string' && typeof title === 'string' ? { key: asset, title } : null;
}

type Actions = Readonly<Record<string, CommandRegistry.ICommandOptions>>;

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
    const all = {
      ...searching(session),
      ...sections(session),
      look: looking(session),
      ...items(app, session),
      ...ordering(session)
    };
    const describedBy = { args: { type: 'object', properties: {} } };
    for (const [name, options] of Object.entries(all)) {
      const command = `eohub-catalogue:${name}`;
      app.commands.addCommand(command, { describedBy, ...options });
      palette?.addItem({ command, category: CATEGORY });
    }
    session.search.store.subscribe(() => app.commands.notifyCommandChanged());
  }
};

/** What a person can do with the search. */
function searching(session: ICatalogueSession): Actions {
  const { search } = session;
  const state = () => search.store.get();
  return {
    show: {
      label: 'Show the Catalogue',
      icon: catalogueIcon,
      execute: () => session.show()
    },
    'search-again': {
      label: 'Search Catalogues Again',
      execute: () => {
        session.show();
        void search.load();
      }
    },
    stop: {
      label: 'Stop the Catalogue Search',
      isEnabled: () => isAsking(state()),
      execute: () => search.cancel()
    },
    more: {
      label: 'Show More Catalogue Items',
      isEnabled: () => hasMore(state()),
      execute: () => search.more()
    },
    clear: {
      label: 'Clear the Catalogue Search',
      isEnabled: () => !isEmpty(state().form),
      execute: () => search.clear()
    },
    'undo-clear': {
      label: 'Undo Clearing the Catalogue Search',
      isEnabled: () => state().cleared !== null,
      execute: () => search.restoreCleared()
    },
    'copy-link': {
      label: 'Copy a Link to the Catalogue Search',
      execute: () => session.copyLink()
    },
    'insert-search-code': {
      label: 'Insert the Catalogue Search as Code',
      isEnabled: () => state().searched !== null,
      execute: () => session.insertSearchCode()
    }
  };
}

/** The parts of the panel that can be folded away, and what is in them. */
function sections(session: ICatalogueSession): Actions {
  const { search } = session;
  const isOpen = (section: Section) => search.store.get().view.open.includes(section);
  const folding = (section: Section, label: string): CommandRegistry.ICommandOptions => ({
    label,
    isToggled: () => isOpen(section),
    execute: () => {
      session.show();
      search.fold(section, !isOpen(section));
    }
  });
  return {
    catalogues: folding('catalogues', 'Choose and Add Catalogues'),
    filters: folding('filters', 'Show Catalogue Filters'),
    map: {
      label: 'Show the Catalogue Map',
      isToggled: () => search.store.get().view.frame.open,
      execute: () => {
        session.show();
        const { frame } = search.store.get().view;
        search.arrange({ frame: { ...frame, open: !frame.open } });
      }
    },
    saved: folding('saved', 'Saved and Frozen Catalogue Searches'),
    orders: folding('orders', 'Show Catalogue Orders')
  };
}

function hasData({ search }: ICatalogueSession): boolean {
  return search.selected()?.data_refusal === null;
}

/** Looks at the data of the selected item. */
function looking(session: ICatalogueSession): CommandRegistry.ICommandOptions {
  const name = named('Look at the Data of the Selected Catalogue Item', 'Look at the Data');
  return {
    label: args => assetOf(args)?.title ?? name(args),
    isVisible: () => session.opensData,
    isEnabled: () => session.opensData && hasData(session),
    execute: async args => {
      const item = session.search.selected();
      if (item) {
        await session.look(itemKeyOf(item), assetOf(args)?.key);
      }
    }
  };
}

/** What a person can do with the selected item. */
function items(app: JupyterFrontEnd, session: ICatalogueSession): Actions {
  const { search } = session;
  const insert = async (isNew: boolean) => {
    const item = search.selected();
    const { selected } = search.store.get();
    if (item && selected !== null) {
      await session.insert(item, selected, isNew);
    }
  };
  const hasCode = () =>
    session.opensData ? hasData(session) : search.selected()?.code_refusal === null;
  return {
    'insert-code': {
      label: named('Insert Code for the Selected Catalogue Item', 'Insert Code'),
      isEnabled: hasCode,
      execute: () => insert(false)
    },
    'insert-code-new': {
      label: named(
        'Insert Code for the Selected Catalogue Item into a New Notebook',
        'Insert Code into a New Notebook'
      ),
      isEnabled: hasCode,
      execute: () => insert(true)
    },
    'open-selected': {
      label: named('Open the Page of the Selected Catalogue Item', 'Open Its Page'),
      isEnabled: () => search.selected() !== null && app.commands.hasCommand(OPEN_ITEM),
      execute: () => {
        const item = search.selected();
        if (item) {
          session.openItem(item);
        }
      }
    },
    'only-collection': {
      label: named('Search Only the Collection of the Selected Item', 'Search Only Its Collection'),
      isEnabled: () => (search.selected()?.collection ?? null) !== null,
      execute: () => {
        const collection = search.selected()?.collection;
        if (collection) {
          search.search({ ...search.store.get().form, collections: [collection] });
        }
      }
    },
    'copy-id': {
      label: named('Copy the Id of the Selected Catalogue Item', 'Copy Its Id'),
      isEnabled: () => (search.selected()?.id ?? '') !== '',
      execute: () => {
        Clipboard.copyToSystem(search.selected()?.id ?? '');
        search.announce('The id is copied');
      }
    }
  };
}

/** What a person can do with the selected item where its data has to be made or fetched first. */
function ordering({ search, orders }: ICatalogueSession): Actions {
  const canOrder = () => (search.selected()?.offer ?? null) !== null;
  return {
    order: {
      label: named('Order the Data of the Selected Catalogue Item', 'Order Its Data'),
      isVisible: canOrder,
      isEnabled: canOrder,
      execute: async () => {
        const item = search.selected();
        if (item) {
          await orders.order(item);
        }
      }
    }
  };
}
