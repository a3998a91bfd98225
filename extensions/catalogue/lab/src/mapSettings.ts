import type { Store } from '@eohub/toolkit/lib/store';
import { Token } from '@lumino/coreutils';
import type { Tiles } from './panel/map/types';

/** What a site sets for the map, for the plugins of this extension only. */
export interface IMapSettings {
  /** Tiles of the site's choice; null for the land that comes with the panel. */
  readonly tiles: Store<Tiles | null>;
}

export const IMapSettings = new Token<IMapSettings>(
  '@eohub/catalogue:IMapSettings',
  'What a site sets for the map of the catalogue.'
);

/** Tiles from the settings; null where the address is none, which has to name its three numbers. */
export function tilesOf(url: unknown, attribution: unknown): Tiles | null {
  const isTiles =
    typeof url === 'string' &&
    /^https?:\/\//.test(url) &&
    ['{x}', '{y}', '{z}'].every(part => url.includes(part));
  return isTiles ? { url, attribution: typeof attribution === 'string' ? attribution : '' } : null;
}
