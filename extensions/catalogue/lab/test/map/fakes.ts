import type { Drawing, Footprint, MapProps } from '../../src/panel/mapProps';
import type { MapHandle, MapListener, OpenMap, Palette, Tiles } from '../../src/panel/map/types';
import type { Area } from '../../src/tokens';

/** A map that remembers what it was told, and tells what a test wants. */
export class FakeMap implements MapHandle {
  listener: MapListener | null = null;
  view: MapProps['view'] = null;
  footprints: readonly Footprint[] = [];
  marks: readonly (string | null)[] = [];
  area: Area | null = null;
  drawing: Drawing | null = null;
  palettes: Palette[] = [];
  tiles: Tiles | null = null;
  zoomed = 0;
  readonly shown: string[] = [];
  closed = 0;
  opened = 0;

  readonly open: OpenMap = (_host, listener, palette, view) => {
    this.opened += 1;
    this.listener = listener;
    this.palettes = [palette];
    this.view = view;
    return this;
  };

  setFootprints = (footprints: readonly Footprint[]) => void (this.footprints = footprints);
  setMarks = (...marks: readonly (string | null)[]) => void (this.marks = marks);
  setArea = (area: Area | null) => void (this.area = area);
  setDrawing = (drawing: Drawing | null) => void (this.drawing = drawing);
  setPalette = (palette: Palette) => void this.palettes.push(palette);
  setTiles = (tiles: Tiles | null) => void (this.tiles = tiles);
  zoomBy = (steps: number) => void (this.zoomed += steps);
  showAll = () => void this.shown.push('all');
  show = (key: string) => void this.shown.push(key);
  close = () => void (this.closed += 1);
}
