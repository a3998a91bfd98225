import { Store } from '@eohub/toolkit';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { IMapSettings, tilesOf, type MapState } from '../mapSettings';
import { frameOf, START_FRAME } from '../panel/map/MapArea';
import { MAP_PLUGIN } from './names';

const KEY = '@eohub/catalogue:map';

/** Keeps how the map lies in the panel, and reads which tiles the site has. */
export const map: JupyterFrontEndPlugin<IMapSettings> = {
  id: MAP_PLUGIN,
  description: 'Holds the settings of the map of the catalogue.',
  autoStart: true,
  provides: IMapSettings,
  optional: [ISettingRegistry, IStateDB],
  activate: (
    _app: JupyterFrontEnd,
    registry: ISettingRegistry | null,
    states: IStateDB | null
  ): IMapSettings => {
    const store = new Store<MapState>({ frame: START_FRAME, tiles: null });
    void followTiles(store, registry);
    void restoreFrame(store, states);
    return { store };
  }
};

async function followTiles(
  store: Store<MapState>,
  registry: ISettingRegistry | null
): Promise<void> {
  const settings = await registry?.load(MAP_PLUGIN);
  const read = () => {
    const of = (name: string) => settings?.get(name).composite;
    store.patch({ tiles: tilesOf(of('tileUrl'), of('tileAttribution')) });
  };
  settings?.changed.connect(read);
  read();
}

async function restoreFrame(store: Store<MapState>, states: IStateDB | null): Promise<void> {
  const kept = await states?.fetch(KEY).catch(() => undefined);
  if (kept !== undefined) {
    store.patch({ frame: frameOf(kept) });
  }
  let { frame } = store.get();
  store.subscribe(() => {
    const now = store.get().frame;
    if (now !== frame) {
      frame = now;
      void states?.save(KEY, { ...now });
    }
  });
}
