import { ReactPanel, useStore } from '@eohub/toolkit';
import {
  ILayoutRestorer,
  IRouter,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Clipboard } from '@jupyterlab/apputils';
import { IStateDB } from '@jupyterlab/statedb';
import type { ReactElement } from 'react';
import { catalogueIcon, panelIcons } from '../icons';
import { linkedSearch, withoutSearch, type LinkedSearch } from '../link';
import { IMapSettings } from '../mapSettings';
import { CataloguePanel } from '../panel/CataloguePanel';
import type { PanelActions } from '../panel/context';
import { MapArea } from '../panel/map/MapArea';
import { restorePanel } from '../restore';
import { ICatalogueSession, SelectedItems } from '../session';
import { ISelectedItems } from '../tokens';
import { Watch } from '../watch';
import { fillFiles, filesMenu, openMenu, rowMenu } from './menus';
import { IN_MENU, LOOK, PANEL_ID, PANEL_PLUGIN, ROW_COMMANDS } from './names';

/** The panel in the left sidebar. */
export const panel: JupyterFrontEndPlugin<ISelectedItems> = {
  id: PANEL_PLUGIN,
  description: 'Adds the catalogue to the left sidebar.',
  autoStart: true,
  provides: ISelectedItems,
  requires: [ICatalogueSession, IMapSettings],
  optional: [ILayoutRestorer, IStateDB, IRouter],
  activate: (
    app: JupyterFrontEnd,
    session: ICatalogueSession,
    settings: IMapSettings,
    restorer: ILayoutRestorer | null,
    states: IStateDB | null,
    router: IRouter | null
  ): ISelectedItems => {
    const { search } = session;
    const linked = linkedSearch(router?.current.search ?? '');
    const actions = actionsOf(app, session);
    const watch = new Watch(search, restorePanel(search, states, linked, dropLink));
    const widget = new ReactPanel({
      id: PANEL_ID,
      title: 'Catalogue',
      icon: catalogueIcon,
      className: 'eohub-Catalogue',
      firstField: 'input[type=search]',
      onVisible: visible => {
        watch.setVisible(visible);
        if (visible) {
          void session.orders.load();
        }
      },
      render: () => <Connected session={session} settings={settings} actions={actions} />
    });
    app.shell.add(widget, 'left', { rank: 300, type: 'Catalogue' });
    restorer?.add(widget, PANEL_ID);
    addContextMenu(app, session);
    showLinked(app, session, linked);
    return new SelectedItems(search);
  }
};

/** What a right click at a row offers; a row with several files of data has them too. */
function addContextMenu(app: JupyterFrontEnd, { search }: ICatalogueSession): void {
  const files = filesMenu(app.commands);
  let shown = search.selected();
  search.store.subscribe(() => {
    const item = search.selected();
    if (item !== shown) {
      shown = item;
      fillFiles(files, item?.data ?? []);
    }
  });
  // Selectors of one weight, which keep the menu in this order.
  for (const command of ROW_COMMANDS) {
    app.contextMenu.addItem({ command, args: IN_MENU, selector: '.eohub-ResultRow[data-index]' });
    if (command === LOOK) {
      const selector = '.eohub-ResultRow[data-files]';
      app.contextMenu.addItem({ type: 'submenu', submenu: files, selector });
    }
  }
}

/** A reload finds the last search then, not that of the link. */
function dropLink(): void {
  const { history, location } = window;
  const without = withoutSearch(location.href);
  if (without !== location.href) {
    history.replaceState(history.state, '', without);
  }
}

/** Bring the search of a link into view, once the layout of the last visit is back. */
function showLinked(
  app: JupyterFrontEnd,
  session: ICatalogueSession,
  linked: LinkedSearch | null
): void {
  if (linked !== null) {
    void app.restored.then(() => session.show());
  }
}

interface ConnectedProps {
  readonly session: ICatalogueSession;
  readonly settings: IMapSettings;
  readonly actions: PanelActions;
}

function Connected({ session, settings, actions }: ConnectedProps): ReactElement {
  const state = {
    search: useStore(session.search.store),
    registry: useStore(session.registry.store),
    saved: useStore(session.saved.store),
    freezing: useStore(session.freezing.store),
    orders: useStore(session.orders.store),
    twins: useStore(session.twins.store),
    collections: useStore(session.collections.store),
    properties: useStore(session.properties.store),
    tiles: useStore(settings.tiles)
  };
  return <CataloguePanel state={state} icons={panelIcons} actions={actions} map={MapArea} />;
}

function actionsOf(app: JupyterFrontEnd, session: ICatalogueSession): PanelActions {
  const { client, search, registry, saved, freezing, orders, twins } = session;
  const { collections, properties } = session;
  return {
    search,
    registry,
    saved,
    freezing,
    orders,
    twins,
    collections,
    properties,
    retryDataStore: () => search.dataStore.ask(),
    checkFilter: (text, signal) => client.checkFilter(text, signal),
    quicklookUrl: key => client.quicklookUrl(key),
    insert: (item, key) => void session.insert(item, key),
    openItem: item => session.openItem(item),
    openKey: key => session.openKey(key),
    copy: text => Clipboard.copyToSystem(text),
    opensData: session.opensData,
    openMenu: (x, y) => openMenu(rowMenu(app.commands, search.selected()?.data ?? []), x, y),
    insertSearchCode: () => void session.insertSearchCode(),
    copyLink: () => void session.copyLink()
  };
}
