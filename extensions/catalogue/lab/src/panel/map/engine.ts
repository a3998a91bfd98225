import OlMap from 'ol/Map.js';
import type MapBrowserEvent from 'ol/MapBrowserEvent.js';
import View from 'ol/View.js';
import { containsExtent, type Extent } from 'ol/extent.js';
import DoubleClickZoom from 'ol/interaction/DoubleClickZoom.js';
import DragPan from 'ol/interaction/DragPan.js';
import DragZoom from 'ol/interaction/DragZoom.js';
import KeyboardPan from 'ol/interaction/KeyboardPan.js';
import KeyboardZoom from 'ol/interaction/KeyboardZoom.js';
import MouseWheelZoom from 'ol/interaction/MouseWheelZoom.js';
import PinchZoom from 'ol/interaction/PinchZoom.js';
import type { Drawing, Footprint, MapView } from '../mapProps';
import type { Area } from '../../tokens';
import { areaOfBox, farthestZoom, shapeOfArea, within } from './area';
import { AreaDrawing } from './drawing';
import { ShapeFeature } from './features';
import { MapLayers } from './layers';
import { boxAround, shapeOf } from './shape';
import type { Box, MapHandle, MapListener, OpenMap, Palette, Tiles } from './types';

const WORLD: Box = [-180, -90, 180, 90];
const CLOSEST_ZOOM = 20;
/** A footprint of ten metres is shown with something around it. */
const CLOSEST_FIT_ZOOM = 13;
/** Top, right (where the buttons are), bottom, left. */
const FIT_PADDING = [14, 40, 22, 14];
const FIT_PADDING_Y = 14 + 22;
const HIT_PIXELS = 5;
const MOVE_MS = 250;
const KEY_PIXELS = 48;

/** Opens a map that OpenLayers draws. */
export const openMap: OpenMap = (host, listener, palette, view) =>
  new FootprintMap(host, listener, palette, view);

/** A map of the world in degrees, which goes on at the antimeridian and shows each place once. */
class FootprintMap implements MapHandle {
  private readonly layers: MapLayers;
  private readonly map: OlMap;
  private readonly view: View;
  private readonly drawing: AreaDrawing;
  private readonly doubleClick = new DoubleClickZoom({ duration: MOVE_MS });
  private features = new Map<string, ShapeFeature>();
  private geometries = new Map<string, unknown>();
  private kind: Drawing | null = null;
  private hovered: string | null = null;
  /** Whether all footprints are to be shown, also when they change; until a person moves the map. */
  private isFollowing: boolean;

  constructor(
    private readonly host: HTMLElement,
    private readonly listener: MapListener,
    palette: Palette,
    view: MapView | null
  ) {
    this.isFollowing = view === null || view.follows === true;
    this.layers = new MapLayers(palette);
    this.view = new View({
      projection: 'EPSG:4326',
      center: view ? [...view.center] : [0, 0],
      zoom: view?.zoom ?? 0,
      maxZoom: CLOSEST_ZOOM,
      // Panning goes on around the world; the poles stay in sight.
      extent: [-Infinity, -90, Infinity, 90],
      constrainOnlyCenter: true,
      smoothExtentConstraint: false,
      multiWorld: true,
      enableRotation: false
    });
    this.drawing = new AreaDrawing(this.layers.sketch, listener);
    this.map = new OlMap({
      target: host,
      view: this.view,
      layers: this.layers.all,
      controls: [],
      interactions: [
        this.doubleClick,
        new DragPan(),
        new DragZoom(),
        new PinchZoom(),
        new MouseWheelZoom(),
        // At once, so that a corner that is set right after lies where the cross is.
        new KeyboardPan({ pixelDelta: KEY_PIXELS, duration: 0 }),
        new KeyboardZoom()
      ]
    });
    this.map.addInteraction(this.drawing);
    this.drawing.start(null);
    this.listen();
  }

  setFootprints(footprints: readonly Footprint[]): void {
    const before = this.features;
    const geometries = this.geometries;
    this.features = new Map();
    this.geometries = new Map();
    for (const { key, geometry } of footprints) {
      const isKnown = geometries.get(key) === geometry;
      const shape = isKnown ? null : shapeOf(geometry);
      const feature = isKnown ? before.get(key) : shape && new ShapeFeature(shape, key);
      if (feature) {
        this.features.set(key, feature);
        this.geometries.set(key, geometry);
      }
    }
    const now = new Set(this.features.values());
    const old = new Set(before.values());
    const source = this.layers.footprints;
    if (old.size > 0 && ![...now].some(feature => old.has(feature))) {
      source.clear(true);
    } else {
      source.removeFeatures([...old].filter(feature => !now.has(feature)));
    }
    source.addFeatures([...now].filter(feature => !old.has(feature)));
    if (this.features.size > 0 && (this.isFollowing || this.inSight() === 0)) {
      this.follow();
    }
    this.tell();
  }

  setMarks(highlighted: string | null, selected: string | null): void {
    const marked = (key: string | null) => (key === null ? undefined : this.features.get(key));
    this.layers.mark(marked(highlighted), marked(selected));
  }

  setArea(area: Area | null): void {
    const shape = area && shapeOfArea(area);
    this.layers.area.clear();
    if (shape) {
      this.layers.area.addFeature(new ShapeFeature(shape));
    }
    if (shape && this.isFollowing) {
      this.follow();
    }
  }

  setDrawing(drawing: Drawing | null): void {
    this.kind = drawing;
    this.drawing.start(drawing);
    this.doubleClick.setActive(drawing === null);
    this.host.dataset.drawing = drawing ?? '';
    if (drawing) {
      this.hover(null);
      this.host.scrollIntoView({ block: 'nearest' });
      this.host.focus({ preventScroll: true });
    }
  }

  setPalette(palette: Palette): void {
    this.layers.paint(palette);
  }

  setTiles(tiles: Tiles | null): void {
    this.layers.setTiles(tiles);
  }

  zoomBy(steps: number): void {
    this.isFollowing = false;
    this.view.animate({ zoom: (this.view.getZoom() ?? 0) + steps, duration: MOVE_MS });
  }

  showAll(): void {
    this.isFollowing = true;
    this.follow(MOVE_MS);
  }

  show(key: string): void {
    const feature = this.features.get(key);
    if (feature) {
      this.isFollowing = false;
      this.fit([feature], MOVE_MS);
    }
  }

  close(): void {
    this.map.setTarget(undefined);
    this.map.dispose();
  }

  private listen(): void {
    this.map.on('moveend', () => this.tell());
    this.map.on('pointerdrag', () => {
      // What is dragged while an area is drawn is its corner.
      if (this.kind === null) {
        this.moved();
      }
    });
    this.map.on('change:size', () => this.sized());
    this.map.on('pointermove', event => {
      if (!event.dragging && this.kind === null) {
        this.hover(this.at(event));
      }
    });
    this.map.on('click', event => this.clicked(event));
    this.view.on('change:center', () => this.drawing.follow());
    this.host.addEventListener('wheel', () => this.moved(), { passive: true });
    this.host.addEventListener('pointerleave', () => this.hover(null));
    this.host.addEventListener('keydown', event => this.pressed(event));
    this.sized();
  }

  /** The whole world can be seen; beside it, where the map is wide and low, the same world again. */
  private sized(): void {
    const [width = 0, height = 0] = this.map.getSize() ?? [];
    if (width > 0 && height > 0) {
      this.view.setMinZoom(farthestZoom(width, height - FIT_PADDING_Y));
      if (this.isFollowing) {
        this.follow();
      }
      void this.layers.fill(this.view.getZoom() ?? 0);
    }
  }

  /** What is moved to draw is no wish to look elsewhere from then on. */
  private moved(): void {
    this.isFollowing &&= this.kind !== null;
  }

  /** Show all footprints and the area that is searched. */
  private follow(duration = 0): void {
    if (this.kind === null) {
      this.fit([...this.features.values(), ...this.layers.area.getFeatures()], duration);
    }
  }

  private clicked(event: MapBrowserEvent): void {
    const key = this.kind === null ? this.at(event) : null;
    if (key !== null) {
      this.listener.onSelect(key);
    }
  }

  private pressed(event: KeyboardEvent): void {
    if (event.key.startsWith('Arrow') || event.key === '+' || event.key === '-') {
      this.moved();
      // Neither the panel scrolls nor does a shortcut of JupyterLab see it.
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (this.kind === null) {
      return;
    }
    switch (event.key) {
      case ' ':
        this.drawing.setCornerInMiddle();
        break;
      case 'Enter':
        if (this.kind === 'box') {
          this.drawing.setCornerInMiddle();
        } else {
          this.drawing.finish();
        }
        break;
      case 'Backspace':
        this.drawing.undo();
        break;
      case 'Escape':
        this.listener.onDrawStop();
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private hover(key: string | null): void {
    if (key !== this.hovered) {
      this.hovered = key;
      this.host.style.cursor = key === null ? '' : 'pointer';
      this.listener.onHighlight(key);
    }
  }

  /** The smallest footprint under the pointer, so that one inside another can be reached. */
  private at({ coordinate: [x = 0, y = 0] }: MapBrowserEvent): string | null {
    const reach = HIT_PIXELS * (this.view.getResolution() ?? 0);
    const near = inWorld([x - reach, y - reach, x + reach, y + reach]);
    const exact = inWorld([x, y, x, y]);
    const found = this.touching(near);
    const hit = found.filter(feature => touches(feature, exact));
    const size = (feature: ShapeFeature) => feature.reach;
    const [smallest] = (hit.length > 0 ? hit : found).sort((a, b) => size(a) - size(b));
    return smallest?.key ?? null;
  }

  private touching(extents: readonly Extent[]): ShapeFeature[] {
    const found = extents.flatMap(extent =>
      this.layers.footprints.getFeaturesInExtent(extent).filter(each => touches(each, [extent]))
    );
    return [...new Set(found)];
  }

  private extent(): Box | null {
    const size = this.map.getSize();
    const isShown = size && (size[0] ?? 0) > 0 && (size[1] ?? 0) > 0;
    return isShown ? (this.view.calculateExtent(size) as unknown as Box) : null;
  }

  private inSight(): number {
    const extent = this.extent();
    if (extent === null || containsExtent([...extent], [...WORLD])) {
      return this.features.size;
    }
    return this.touching(inWorld([...extent])).length;
  }

  private tell(): void {
    const extent = this.extent();
    const [x = 0, y = 0] = this.view.getCenter() ?? [];
    const { bbox } = extent ? areaOfBox(extent) : { bbox: null };
    const zoom = this.view.getZoom() ?? 0;
    if (bbox) {
      const { isFollowing: follows } = this;
      this.listener.onView({ center: [within(x), y], zoom, bbox, follows }, this.inSight());
      void this.layers.fill(zoom);
    }
  }

  private fit(features: readonly ShapeFeature[], duration: number): void {
    if (this.extent() === null) {
      return;
    }
    const around = boxAround(features.map(feature => feature.shape)) ?? WORLD;
    const [west, south, east, north] = around;
    const end = west > east ? east + 360 : east;
    // Of the worlds side by side, the one where the map is.
    const turn = 360 * Math.round(((this.view.getCenter()?.[0] ?? 0) - (west + end) / 2) / 360);
    this.view.cancelAnimations();
    this.view.fit([west + turn, south, end + turn, north], {
      padding: FIT_PADDING,
      maxZoom: CLOSEST_FIT_ZOOM,
      duration
    });
  }
}

/** A box of the endless plane as boxes within -180 to 180. */
function inWorld([x1 = 0, y1 = 0, x2 = 0, y2 = 0]: Extent): Extent[] {
  if (x2 - x1 >= 360) {
    return [[-180, y1, 180, y2]];
  }
  const west = within(x1);
  const east = west + (x2 - x1);
  return east <= 180
    ? [[west, y1, east, y2]]
    : [
        [west, y1, 180, y2],
        [-180, y1, east - 360, y2]
      ];
}

function touches(feature: ShapeFeature, extents: readonly Extent[]): boolean {
  return extents.some(extent => feature.getGeometry()?.intersectsExtent(extent));
}
