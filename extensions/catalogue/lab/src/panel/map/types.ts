import type { Area } from '../../tokens';
import type { Drawing, Footprint, MapView } from '../mapProps';

/** Longitude and latitude in degrees. */
export type Position = readonly [number, number];

/** West, south, east, north in degrees; west > east means that it crosses the antimeridian. */
export type Box = readonly [number, number, number, number];

/** Map tiles of the site's choice, in Web Mercator. */
export interface Tiles {
  /** With {z}, {x} and {y}. */
  readonly url: string;
  readonly attribution: string;
}

/** Colours as the theme has them, each something that a canvas understands. */
export interface Palette {
  readonly land: string;
  readonly border: string;
  readonly line: string;
  readonly fill: string;
  readonly mark: string;
  readonly markFill: string;
  readonly area: string;
  readonly areaFill: string;
  readonly halo: string;
}

/** What the map tells. */
export interface MapListener {
  /** The pointer is over a footprint, or over none. */
  readonly onHighlight: (key: string | null) => void;
  readonly onSelect: (key: string) => void;
  /** The map has come to rest, with so many footprints in sight. */
  readonly onView: (view: MapView, inSight: number) => void;
  readonly onDraw: (area: Area) => void;
  readonly onDrawStop: () => void;
  /** What was drawn cannot be an area; a sentence. */
  readonly onFault: (fault: string) => void;
}

/** The map behind the panel; every method may be called at any time. */
export interface MapHandle {
  readonly setFootprints: (footprints: readonly Footprint[]) => void;
  readonly setMarks: (highlighted: string | null, selected: string | null) => void;
  readonly setArea: (area: Area | null) => void;
  readonly setDrawing: (drawing: Drawing | null) => void;
  readonly setPalette: (palette: Palette) => void;
  readonly setTiles: (tiles: Tiles | null) => void;
  readonly zoomBy: (steps: number) => void;
  /** Show all footprints, and go on doing so when they change, until a person moves the map. */
  readonly showAll: () => void;
  /** Show one footprint. */
  readonly show: (key: string) => void;
  readonly close: () => void;
}

/** Opens a map in an element, at a view or where the footprints are. */
export type OpenMap = (
  host: HTMLElement,
  listener: MapListener,
  palette: Palette,
  view: MapView | null
) => MapHandle;
