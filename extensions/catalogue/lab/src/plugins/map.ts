import { Store } from '@eohub/toolkit';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IMapSettings, tilesOf } from '../mapSettings';
import type { Tiles } from '../panel/map/types';
import { MAP_PLUGIN } from './names';

/** Reads which map tiles the site has. */
export const map: JupyterFrontEndPlugin<IMapSettings> = {
  id: MAP_PLUGIN,
  description: 'Holds the settings of the map of the catalogue.',
  autoStart: true,
  provides: IMapSettings,
  optional: [ISettingRegistry],
  activate: (_app: JupyterFrontEnd, registry: ISettingRegistry | null): IMapSettings => {
    const tiles = new Store<Tiles | null>(null);
    void follow(tiles, registry);
    return { tiles };
  }
};

async function follow(
  tiles: Store<Tiles | null>,
  registry: ISettingRegistry | null
): Promise<void> {
  const settings = await registry?.load(MAP_PLUGIN);
  const read = () => {
    const of = (name: string) => settings?.get(name).composite;
    tiles.set(tilesOf(of('tileUrl'), of('tileAttribution')));
  };
  settings?.changed.connect(read);
  read();
}
