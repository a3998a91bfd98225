import type { Area } from '../tokens';

/** A place on the map, with the key of its row. */
export interface Footprint {
  readonly key: string;
  readonly title: string;
  /** GeoJSON geometry in longitude and latitude, cut at the antimeridian. */
  readonly geometry: Readonly<Record<string, unknown>>;
}

/** Where the map looks: centre in longitude and latitude, and the box in view as [west, south, east, north]. */
export interface MapView {
  readonly center: readonly [number, number];
  readonly zoom: number;
  readonly bbox: readonly [number, number, number, number];
  /** Whether it goes on to show what is found, since nobody moved it. */
  readonly follows?: boolean;
}

/** What a person is drawing on the map. */
export type Drawing = 'box' | 'polygon';

/** What the map shows, and what it tells; the default export of `map/CatalogueMap` takes it. */
export interface MapProps {
  /** Of the rows that have a place, in the order of the list. */
  readonly footprints: readonly Footprint[];
  /** Where is searched, or null for everywhere. */
  readonly area: Area | null;
  readonly highlighted: string | null;
  readonly selected: string | null;
  /** What is being drawn, or null. */
  readonly drawing: Drawing | null;
  /** Where to look at first; null for the whole world. */
  readonly view: MapView | null;
  /** An area was drawn. */
  readonly onDraw: (area: Area) => void;
  /** Drawing was given up, such as with the escape key. */
  readonly onDrawStop: () => void;
  /** The map has come to rest. */
  readonly onView: (view: MapView) => void;
  readonly onHighlight: (key: string | null) => void;
  readonly onSelect: (key: string) => void;
}
