import { createContext, useContext, type ComponentType } from 'react';

/** The icons that the panel draws; JupyterLab's own are handed in from outside. */
export interface PanelIcons {
  readonly add: ComponentType;
  readonly refresh: ComponentType;
  readonly stop: ComponentType;
}

const NOTHING = () => null;

export const IconContext = createContext<PanelIcons>({
  add: NOTHING,
  refresh: NOTHING,
  stop: NOTHING
});

/** The icons of the nearest provider. */
export function useIcons(): PanelIcons {
  return useContext(IconContext);
}
