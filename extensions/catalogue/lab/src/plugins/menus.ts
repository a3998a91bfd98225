import { MenuSvg } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { keyOf } from '../merge';
import type { ICatalogueSession } from '../session';
import type { ItemKey, ItemSummary, NamedAsset } from '../tokens';
import { IN_MENU, LOOK, ROW_COMMANDS } from './names';

/** The menu of the selected row, made for what is selected now. */
export function rowMenu(commands: CommandRegistry, data: readonly NamedAsset[]): MenuSvg {
  const menu = new MenuSvg({ commands });
  for (const command of ROW_COMMANDS) {
    menu.addItem({ command, args: IN_MENU });
    if (command === LOOK && data.length > 1) {
      menu.addItem({ type: 'submenu', submenu: fillFiles(filesMenu(commands), data) });
    }
  }
  return menu;
}

/** A menu of the files with data of an item, empty yet. */
export function filesMenu(commands: CommandRegistry): MenuSvg {
  const menu = new MenuSvg({ commands });
  menu.title.label = 'Look at One File';
  return menu;
}

/** Fill a menu of files with those of an item. */
export function fillFiles(menu: MenuSvg, data: readonly NamedAsset[]): MenuSvg {
  menu.clearItems();
  for (const { key, title } of data) {
    menu.addItem({ command: LOOK, args: { ...IN_MENU, asset: key, title } });
  }
  return menu;
}

/** The menu of an item's page, of commands that are about this item alone. */
export function itemMenu(session: ICatalogueSession, key: ItemKey, item: ItemSummary): MenuSvg {
  const commands = new CommandRegistry();
  const insert = (isNew: boolean) => () => session.insert(item, keyOf(item), isNew);
  const isEnabled = () => item.data_refusal === null;
  commands.addCommand(LOOK, {
    label: ({ title }) => (typeof title === 'string' ? title : 'Look at the Data'),
    isEnabled,
    execute: ({ asset }) => session.look(key, typeof asset === 'string' ? asset : undefined)
  });
  commands.addCommand('insert', { label: 'Insert Code', isEnabled, execute: insert(false) });
  commands.addCommand('insert-new', {
    label: 'Insert Code into a New Notebook',
    isEnabled,
    execute: insert(true)
  });
  const menu = new MenuSvg({ commands });
  menu.addItem({ command: LOOK });
  if (item.data.length > 1) {
    menu.addItem({ type: 'submenu', submenu: fillFiles(filesMenu(commands), item.data) });
  }
  menu.addItem({ command: 'insert' });
  menu.addItem({ command: 'insert-new' });
  return menu;
}

/** Open a menu that gives the focus back when it closes, which Lumino's leaves to nobody. */
export function openMenu(menu: MenuSvg, x: number, y: number): void {
  const before = document.activeElement;
  const giveBack = () => {
    menu.aboutToClose.disconnect(giveBack);
    if (before instanceof HTMLElement) {
      before.focus({ preventScroll: true });
    }
  };
  menu.aboutToClose.connect(giveBack);
  menu.open(x, y);
}
