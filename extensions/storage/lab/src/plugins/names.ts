/** The plugin whose schema holds the settings. */
export const PANEL_PLUGIN = '@eohub/storage:panel';

/** The widget in the left sidebar. */
export const PANEL_ID = 'eohub-storage';
