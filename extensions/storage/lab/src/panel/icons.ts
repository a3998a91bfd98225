import { createContext, useContext, type ReactElement } from 'react';

/** The icons of the panel, handed in from outside so that it knows no Jupyter. */
export interface PanelIcons {
  readonly bucket: () => ReactElement;
  readonly folder: () => ReactElement;
  readonly file: () => ReactElement;
  readonly newFolder: () => ReactElement;
  readonly upload: () => ReactElement;
  readonly refresh: () => ReactElement;
  readonly up: () => ReactElement;
  readonly close: () => ReactElement;
}

export const IconContext = createContext<PanelIcons | null>(null);

/** The icons; a panel outside of a provider is a fault of ours. */
export function useIcons(): PanelIcons {
  const icons = useContext(IconContext);
  if (icons === null) {
    throw new Error('The panel was drawn without its icons.');
  }
  return icons;
}
