import type { Store } from '@eohub/toolkit/lib/store';
import { Token } from '@lumino/coreutils';
import type { MapFrame } from './panel/map/MapArea';
import type { Tiles } from './panel/map/types';

/** How the map looks here. */
export interface MapState {
  readonly frame: MapFrame;
  /** Of the site's choice; null for the land that comes with the panel. */
  readonly tiles: Tiles | null;
}

/** The map's settings, for the plugins of this extension only. */
export interface IMapSettings {
  readonly store: Store<MapState>;
}

export const IMapSettings = new Token<IMapSettings>(
  '@eohub/catalogue:IMapSettings',
  'How the map of the catalogue looks.'
);

/** Tiles from the settings; null where no address is one, which has to name its three numbers. */
export function tilesOf(url: unknown, attribution: unknown): Tiles | null {
  const isTiles =
    typeof url === 'string' &&
    /^https?:\/\//.test(url) &&
    ['{x}', '{y}', '{z}'].every(part => url.includes(part));
  return isTiles ? { url, attribution: typeof attribution === 'string' ? attribution : '' } : null;
}
