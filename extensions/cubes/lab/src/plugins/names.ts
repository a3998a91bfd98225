/** Opens the view of a source; its arguments are a source and what was looked at. */
export const OPEN = 'eohub-cubes:open';

/** Asks for an address and opens the view of what is there. */
export const OPEN_ADDRESS = 'eohub-cubes:open-address';

/** Opens the view of what is selected in the file browser. */
export const OPEN_FILE = 'eohub-cubes:open-file';

/** Opens the page that makes one cube of many files. */
export const MAKE_VIRTUAL = 'eohub-cubes:make-virtual';

/** Where the commands stand in the palette and the launcher. */
export const CATEGORY = 'Cubes';
