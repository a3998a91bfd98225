import type { Box, Position } from './types';

/** A geometry as it is drawn: polygons as lists of rings, lines, points. */
export interface Shape {
  readonly polygons: readonly (readonly (readonly Position[])[])[];
  readonly lines: readonly (readonly Position[])[];
  readonly points: readonly Position[];
}

const NOTHING: Shape = { polygons: [], lines: [], points: [] };
const DEEPEST = 5;

/** The shape of a GeoJSON geometry, or null where nothing of it can be drawn. Never raises. */
export function shapeOf(geometry: unknown): Shape | null {
  const shape = read(geometry, 0);
  return shape.polygons.length + shape.lines.length + shape.points.length > 0 ? shape : null;
}

function read(geometry: unknown, depth: number): Shape {
  if (typeof geometry !== 'object' || geometry === null || depth > DEEPEST) {
    return NOTHING;
  }
  const { type, coordinates, geometries } = geometry as Record<string, unknown>;
  switch (type) {
    case 'Point':
      return { ...NOTHING, points: positions([coordinates]) };
    case 'MultiPoint':
      return { ...NOTHING, points: positions(coordinates) };
    case 'LineString':
      return { ...NOTHING, lines: long(list(coordinates, positions, true), 2) };
    case 'MultiLineString':
      return { ...NOTHING, lines: long(list(coordinates, positions), 2) };
    case 'Polygon':
      return { ...NOTHING, polygons: polygons([coordinates]) };
    case 'MultiPolygon':
      return { ...NOTHING, polygons: polygons(coordinates) };
    case 'GeometryCollection':
      return joined(list(geometries, part => read(part, depth + 1)));
    default:
      return NOTHING;
  }
}

function list<T>(value: unknown, each: (part: unknown) => T, single = false): T[] {
  return single ? [each(value)] : Array.isArray(value) ? value.map(each) : [];
}

function positions(value: unknown): Position[] {
  return list(value, part => part).flatMap(part => {
    const [x, y] = Array.isArray(part) ? (part as unknown[]) : [];
    return Number.isFinite(x) && Number.isFinite(y) ? [[x as number, y as number] as const] : [];
  });
}

function polygons(value: unknown): Position[][][] {
  return list(value, rings => long(list(rings, positions), 3)).filter(rings => rings.length > 0);
}

function long(lines: Position[][], least: number): Position[][] {
  return lines.filter(line => line.length >= least);
}

/** Several shapes as one. */
export function joined(shapes: readonly Shape[]): Shape {
  return {
    polygons: shapes.flatMap(shape => shape.polygons),
    lines: shapes.flatMap(shape => shape.lines),
    points: shapes.flatMap(shape => shape.points)
  };
}

/**
 * The outlines of polygons that were cut at the antimeridian, without the edges of the cut; null where none was
 * cut, so that the rings themselves are the outline.
 */
export function outlineOf(shape: Shape): Position[][] | null {
  const rings = shape.polygons.flat();
  const touches = (side: number) => rings.some(ring => edges(ring).some(edge => isOn(edge, side)));
  if (!touches(180) || !touches(-180)) {
    return null;
  }
  return rings.flatMap(uncut);
}

type Edge = readonly [Position, Position];

function edges(ring: readonly Position[]): Edge[] {
  return ring.slice(1).map((end, index) => [ring[index] as Position, end]);
}

function isOn([start, end]: Edge, longitude: number): boolean {
  return start[0] === longitude && end[0] === longitude;
}

/** A ring without its edges along the antimeridian, as lines. */
export function uncut(ring: readonly Position[]): Position[][] {
  const lines: Position[][] = [];
  let line: Position[] = [];
  for (const edge of edges(ring)) {
    if (isOn(edge, 180) || isOn(edge, -180)) {
      line = [];
    } else if (line.length === 0) {
      line = [...edge];
      lines.push(line);
    } else {
      line.push(edge[1]);
    }
  }
  return lines;
}

/** The smallest box around all shapes; it crosses the antimeridian where that makes it smaller. */
export function boxAround(shapes: readonly Shape[]): Box | null {
  const parts = shapes.flatMap(partsOf).filter(part => part.length > 0);
  if (parts.length === 0) {
    return null;
  }
  const latitudes = parts.flatMap(part => extremes(part.map(position => position[1])));
  const [south, north] = extremes(latitudes);
  const [west, east] = around(parts.map(part => extremes(part.map(position => position[0]))));
  return [west, south, east, north];
}

/** The parts of a shape, each of which lies on one side of the antimeridian. */
export function partsOf(shape: Shape): (readonly Position[])[] {
  const outer = shape.polygons.flatMap(rings => rings.slice(0, 1));
  return [...outer, ...shape.lines, ...shape.points.map(point => [point])];
}

/** The smallest and the largest of some numbers. */
function extremes(numbers: readonly number[]): [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (const number of numbers) {
    least = Math.min(least, number);
    most = Math.max(most, number);
  }
  return [least, most];
}

/** West and east of the shortest arc that holds all intervals of longitudes: all but the widest gap. */
function around(intervals: readonly [number, number][]): [number, number] {
  const sorted = [...intervals].sort((a, b) => a[0] - b[0]);
  const [first] = sorted;
  if (!first) {
    return [-180, 180];
  }
  let reach = first[1];
  let gap = { width: -Infinity, west: first[0], east: first[1] };
  for (const [start, end] of sorted.slice(1)) {
    if (start - reach > gap.width) {
      gap = { width: start - reach, west: start, east: reach };
    }
    reach = Math.max(reach, end);
  }
  const isWhole = first[0] + 360 - reach >= gap.width || gap.width <= 0;
  return isWhole ? [first[0], reach] : [gap.west, gap.east];
}
