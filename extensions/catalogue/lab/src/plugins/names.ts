/** The plugin whose schema holds the settings. */
export const PANEL_PLUGIN = '@eohub/catalogue:panel';

/** The widget in the left sidebar. */
export const PANEL_ID = 'eohub-catalogue';

/** Opens the page of an item; its arguments are those of an `ItemKey`. */
export const OPEN_ITEM = 'eohub-catalogue:open-item';

/** The plugin whose schema holds the map's settings. */
export const MAP_PLUGIN = '@eohub/catalogue:map';

/** Looks at the data of the selected item, or at one asset of it. */
export const LOOK = 'eohub-catalogue:look';

/** The menu of a row, in its order; each command acts on the selected item. */
export const ROW_COMMANDS = [
  LOOK,
  'eohub-catalogue:insert-code',
  'eohub-catalogue:insert-code-new',
  'eohub-catalogue:order',
  'eohub-catalogue:open-selected',
  'eohub-catalogue:only-collection',
  'eohub-catalogue:copy-id'
] as const;

/** Tells a command that it stands in a row's menu, where what it acts on need not be named. */
export const IN_MENU = { menu: true } as const;

/** The name of a command, and the shorter one that it has in the menu of the row it acts on. */
export function named(inPalette: string, inMenu: string): (args: { menu?: unknown }) => string {
  return ({ menu }) => (menu === IN_MENU.menu ? inMenu : inPalette);
}
