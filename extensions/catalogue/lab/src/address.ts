/** Reads an option of the page, empty where it is not set. */
export type Option = (name: string) => string;

/**
 * The address of JupyterLab that means the same for everybody who gets it: behind a hub, that of the reader's
 * own server.
 */
export function labAddress(option: Option, origin: string = window.location.origin): string {
  const hub = option('hubPrefix');
  return hub === ''
    ? new URL(`${option('baseUrl')}lab`, origin).href
    : new URL(`${hub}user-redirect/lab`, option('hubHost') || origin).href;
}
