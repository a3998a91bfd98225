import { ReactPanel, useStore } from '@eohub/toolkit';
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IStateDB } from '@jupyterlab/statedb';
import type { ReactElement } from 'react';
import { catalogueIcon, panelIcons } from '../icons';
import { CataloguePanel, type PanelActions } from '../panel/CataloguePanel';
import { restoreForm } from '../restore';
import type { CatalogueSearch } from '../search';
import { ICatalogueSession, SelectedItems } from '../session';
import { ISelectedItems } from '../tokens';
import { Watch } from '../watch';
import { PANEL_ID, PANEL_PLUGIN } from './names';

/** The panel in the left sidebar. */
export const panel: JupyterFrontEndPlugin<ISelectedItems> = {
  id: PANEL_PLUGIN,
  description: 'Adds the catalogue to the left sidebar.',
  autoStart: true,
  provides: ISelectedItems,
  requires: [ICatalogueSession],
  optional: [ILayoutRestorer, IStateDB],
  activate: (
    app: JupyterFrontEnd,
    session: ICatalogueSession,
    restorer: ILayoutRestorer | null,
    states: IStateDB | null
  ): ISelectedItems => {
    const { search } = session;
    const actions = actionsOf(session);
    const restored = restoreForm(search, states);
    const watch = new Watch(search, restored);
    const widget = new ReactPanel({
      id: PANEL_ID,
      title: 'Catalogue',
      icon: catalogueIcon,
      className: 'eohub-Catalogue',
      firstField: 'input[type=search]',
      onVisible: visible => watch.setVisible(visible),
      render: () => <Connected search={search} actions={actions} />
    });
    app.shell.add(widget, 'left', { rank: 300, type: 'Catalogue' });
    restorer?.add(widget, PANEL_ID);
    return new SelectedItems(search);
  }
};

function Connected({
  search,
  actions
}: {
  search: CatalogueSearch;
  actions: PanelActions;
}): ReactElement {
  return <CataloguePanel state={useStore(search.store)} icons={panelIcons} actions={actions} />;
}

function actionsOf(session: ICatalogueSession): PanelActions {
  const { search } = session;
  return {
    edit: form => search.edit(form),
    search: form => search.search(form),
    searchWithout: part => search.searchWithout(part),
    cancel: () => search.cancel(),
    more: () => search.more(),
    retry: catalogue => search.retry(catalogue),
    retryDataStore: () => search.dataStore.ask(),
    reload: () => void search.load(),
    select: key => search.select(key),
    insert: (item, key) => void session.insert(item, key)
  };
}
