/** The plugin whose schema holds the settings. */
export const PANEL_PLUGIN = '@eohub/storage:panel';

/** The command of the cube view that opens an address, where it is installed. */
export const LOOK = 'eohub-cubes:open-address';

/** The widget in the left sidebar. */
export const PANEL_ID = 'eohub-storage';
