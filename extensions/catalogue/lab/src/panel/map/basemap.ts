import Feature from 'ol/Feature.js';
import MultiLineString from 'ol/geom/MultiLineString.js';
import Polygon from 'ol/geom/Polygon.js';
import VectorSource from 'ol/source/Vector.js';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { closed, cutAtAntimeridian } from './cut';
import { uncut } from './shape';
import type { Position } from './types';

type World = Topology<{ countries: GeometryCollection; land: GeometryCollection }>;

/** Natural Earth's land, with its outline apart, since a cut at the antimeridian is no coast. */
export interface Basemap {
  readonly land: VectorSource;
  readonly lines: VectorSource;
}

/** The world in about 100 KB, for a map of continents. */
export async function coarseWorld(): Promise<Basemap> {
  return basemapOf((await import('world-atlas/countries-110m.json')).default);
}

/** The world in about 750 KB, for a map of countries and smaller. */
export async function fineWorld(): Promise<Basemap> {
  return basemapOf((await import('world-atlas/countries-50m.json')).default);
}

function basemapOf(world: World): Basemap {
  const { features } = feature(world, world.objects.land);
  const polygons = features.flatMap(({ geometry }) => {
    const all = geometry.type === 'MultiPolygon' ? geometry.coordinates : [];
    return all.flatMap(rings => flat(rings as unknown as Position[][]));
  });
  const borders = mesh(world, world.objects.countries, (one, other) => one !== other);
  // One feature for each part, so that only what is in sight is drawn.
  const coasts = polygons.map(rings => rings.flatMap(uncut));
  const inland = (borders.coordinates as unknown as Position[][]).map(line => [line]);
  return {
    land: new VectorSource({ features: polygons.map(rings => new Feature(polygon(rings))) }),
    lines: new VectorSource({
      features: [...coasts, ...inland].map(lines => new Feature(multiLine(lines)))
    })
  };
}

function polygon(rings: Position[][]): Polygon {
  return new Polygon(rings as unknown as number[][][]);
}

function multiLine(lines: Position[][]): MultiLineString {
  return new MultiLineString(lines as unknown as number[][][]);
}

/** A polygon of the globe as polygons of the plane; the data's rings go through the antimeridian. */
function flat([outer = [], ...holes]: Position[][]): Position[][][] {
  const parts = cutAtAntimeridian(unrolled(outer)).map(closed);
  return parts.map(part => [part, ...holes.filter(hole => isIn(hole[0], part))]);
}

/** An open ring whose longitudes have no jump; one around a pole goes along it. */
function unrolled(ring: Position[]): Position[] {
  const line: Position[] = [];
  for (const [x, y] of ring) {
    const before = line.at(-1)?.[0] ?? x;
    line.push([x + 360 * Math.round((before - x) / 360), y]);
  }
  const [first, last] = [line[0], line.at(-1)] as [Position, Position];
  if (first[0] === last[0]) {
    return line.slice(0, -1);
  }
  const pole = first[1] < 0 ? -90 : 90;
  return [...line, [last[0], pole], [first[0], pole]];
}

function isIn(position: Position | undefined, ring: Position[]): boolean {
  return position !== undefined && polygon([ring]).intersectsCoordinate([...position]);
}
