import type { Area } from '../../tokens';
import { closed, crossesItself, cutAtAntimeridian, withoutRepeats } from './cut';
import { shapeOf, type Shape } from './shape';
import type { Box, Position } from './types';

/** The area of a box on the map, whose longitudes go on beyond 180 where it was moved around the world. */
export function areaOfBox([x1, y1, x2, y2]: Box): Area {
  const [west, east] = [Math.min(x1, x2), Math.max(x1, x2)];
  const [south, north] = [latitude(Math.min(y1, y2)), latitude(Math.max(y1, y2))];
  const [left, right] = east - west >= 360 ? [-180, 180] : [within(west), within(east)];
  // An edge on the antimeridian belongs to the side on which the box lies.
  const bbox = [left === 180 ? -180 : left, south, right === -180 ? 180 : right, north] as const;
  return { bbox: bbox.map(rounded) as [number, number, number, number], geometry: null };
}

/** The area of a polygon on the map, cut at the antimeridian; null where its lines cross or it holds nothing. */
export function areaOfRing(drawn: readonly Position[]): Area | null {
  const ring = withoutRepeats(drawn.map(([x, y]) => [x, latitude(y)]));
  if (ring.length < 3 || crossesItself(ring)) {
    return null;
  }
  const parts = cutAtAntimeridian(ring)
    .map(part => withoutRepeats(part.map(([x, y]) => [rounded(x), rounded(y)])))
    .filter(part => part.length >= 3)
    .map(closed);
  if (parts.length === 0) {
    return null;
  }
  return {
    bbox: null,
    geometry:
      parts.length === 1
        ? { type: 'Polygon', coordinates: parts }
        : { type: 'MultiPolygon', coordinates: parts.map(part => [part]) }
  };
}

/** An area as it is drawn, cut at the antimeridian; null where it cannot be. */
export function shapeOfArea(area: Area): Shape | null {
  if (!area.bbox) {
    return shapeOf(area.geometry);
  }
  const [west, south, east, north] = area.bbox;
  const box = (from: number, to: number): Position[][] => [
    [
      [from, south],
      [to, south],
      [to, north],
      [from, north],
      [from, south]
    ]
  ];
  const polygons = west > east ? [box(west, 180), box(-180, east)] : [box(west, east)];
  return { polygons, lines: [], points: [] };
}

/** The zoom at which a map of so many pixels shows the whole world, which has 256 by 128 pixels at zoom 0. */
export function farthestZoom(width: number, height: number): number {
  return Math.log2(Math.min(width / 256, Math.max(1, height) / 128));
}

/** The same longitude between -180 and 180. */
export function within(longitude: number): number {
  return ((((longitude + 180) % 360) + 360) % 360) - 180;
}

function latitude(value: number): number {
  return Math.max(-90, Math.min(90, value));
}

/** A degree to about a metre: what a person draws is not finer, and it is read more easily. */
function rounded(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}
