import { ReactPanel, useStore } from '@eohub/toolkit';
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Clipboard, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import type { ComponentType, ReactElement } from 'react';
import { catalogueIcon, panelIcons } from '../icons';
import { ItemLoad, isItemKey } from '../itemLoad';
import { IMapSettings } from '../mapSettings';
import { keyOf } from '../merge';
import { ItemPage, type ItemActions } from '../panel/item/ItemPage';
import { ICatalogueSession } from '../session';
import { ICatalogueClient, type ItemKey } from '../tokens';
import { itemMenu, openMenu } from './menus';
import { OPEN_ITEM } from './names';

const NAMESPACE = 'eohub-catalogue-item';
const KEY_SCHEMA = {
  type: 'object',
  properties: {
    catalogue: { type: 'string', description: 'Id of the catalogue' },
    collection: { type: ['string', 'null'], description: 'Id of the collection, if it is in one' },
    item: { type: 'string', description: 'Id of the item' }
  },
  required: ['catalogue', 'item']
} as const;

type ItemWidget = MainAreaWidget<ReactPanel>;

/** The page of an item in the main area, one for each item. */
export const item: JupyterFrontEndPlugin<void> = {
  id: '@eohub/catalogue:item',
  description: 'Opens the page of an item of a catalogue.',
  autoStart: true,
  requires: [ICatalogueClient, ICatalogueSession, IMapSettings],
  optional: [ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    client: ICatalogueClient,
    session: ICatalogueSession,
    settings: IMapSettings,
    restorer: ILayoutRestorer | null
  ): void => {
    const tracker = new WidgetTracker<ItemWidget>({ namespace: NAMESPACE });
    const keys = new WeakMap<ItemWidget, ItemKey>();
    app.commands.addCommand(OPEN_ITEM, {
      label: 'Open the Page of a Catalogue Item',
      describedBy: { args: KEY_SCHEMA },
      execute: args => {
        const key = { collection: null, ...args };
        if (!isItemKey(key)) {
          throw new Error('Which item is to be opened?');
        }
        const id = idOf(key);
        let widget = tracker.find(each => each.id === id);
        if (!widget) {
          widget = pageOf(key, client, session, settings);
          keys.set(widget, key);
          app.shell.add(widget, 'main', { type: 'Catalogue item' });
          void tracker.add(widget);
        }
        app.shell.activateById(id);
        return widget;
      }
    });
    void restorer?.restore(tracker, {
      command: OPEN_ITEM,
      args: widget => ({ ...(keys.get(widget) as ItemKey) }),
      name: widget => widget.id
    });
  }
};

function idOf({ catalogue, collection, item: id }: ItemKey): string {
  return `${NAMESPACE}-${encodeURIComponent(JSON.stringify([catalogue, collection, id]))}`;
}

function pageOf(
  key: ItemKey,
  client: ICatalogueClient,
  session: ICatalogueSession,
  settings: IMapSettings
): ItemWidget {
  const load = new ItemLoad(client, key, () => {
    const { rows } = session.search.store.get();
    return rows.find(({ source }) => source.id === key.catalogue)?.source.title ?? null;
  });
  const actions: ItemActions = {
    retry: () => void load.load(),
    openKey: each => session.openKey(each),
    order: ({ summary }) => {
      session.show();
      void session.orders.order(summary);
    },
    insert: ({ summary }) => void session.insert(summary, keyOf(summary)),
    copy: text => Clipboard.copyToSystem(text),
    look: session.opensData ? asset => void session.look(key, asset) : null,
    openMenu: (detail, x, y) => openMenu(itemMenu(session, key, detail.summary), x, y)
  };
  const content = new ReactPanel({
    id: `${idOf(key)}-content`,
    title: `Catalogue item ${key.item}`,
    icon: catalogueIcon,
    className: 'eohub-Item',
    render: () => (
      <Connected
        load={load}
        actions={actions}
        settings={settings}
        caret={panelIcons.caret}
        pictureUrl={asset => client.quicklookUrl({ ...key, asset })}
      />
    )
  });
  const widget = new MainAreaWidget({ content });
  widget.id = idOf(key);
  // It has no buttons there, and would be an empty line.
  widget.toolbar.hide();
  widget.title.label = key.item;
  widget.title.closable = true;
  load.store.subscribe(() => {
    widget.title.label = load.store.get().detail?.summary.title ?? key.item;
  });
  widget.disposed.connect(() => load.cancel());
  void load.load();
  return widget;
}

interface Props {
  readonly load: ItemLoad;
  readonly actions: ItemActions;
  readonly settings: IMapSettings;
  readonly caret: ComponentType;
  readonly pictureUrl: (asset: string) => string;
}

function Connected({ load, actions, settings, caret, pictureUrl }: Props): ReactElement {
  return (
    <ItemPage
      itemKey={load.key}
      state={useStore(load.store)}
      catalogue={useStore(load.catalogue) ?? load.key.catalogue}
      tiles={useStore(settings.tiles)}
      pictureUrl={pictureUrl}
      caret={caret}
      actions={actions}
    />
  );
}
