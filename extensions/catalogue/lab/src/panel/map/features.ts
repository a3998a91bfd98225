import Feature from 'ol/Feature.js';
import type Geometry from 'ol/geom/Geometry.js';
import GeometryCollection from 'ol/geom/GeometryCollection.js';
import MultiLineString from 'ol/geom/MultiLineString.js';
import MultiPoint from 'ol/geom/MultiPoint.js';
import MultiPolygon from 'ol/geom/MultiPolygon.js';
import { boxAround, outlineOf, partsOf, type Shape } from './shape';
import type { Box, Position } from './types';

/** A shape on the map, with what its style needs at each zoom. */
export class ShapeFeature extends Feature<Geometry> {
  /** The outline without the cut at the antimeridian, null where the polygons were not cut. */
  readonly outline: MultiLineString | null;
  /** The middle of each part, drawn where the parts are too small to be seen. */
  readonly middles: MultiPoint;
  /** The longest side of the largest part, in degrees. */
  readonly reach: number;
  readonly box: Box | null;

  constructor(
    readonly shape: Shape,
    readonly key: string = ''
  ) {
    super(geometryOf(shape));
    const lines = outlineOf(shape);
    this.outline = lines && new MultiLineString(open(lines));
    const boxes = partsOf(shape)
      .map(part => boxAround([pathOf(part)]))
      .filter(box => box !== null);
    this.middles = new MultiPoint(boxes.map(([w, s, e, n]) => [(w + e) / 2, (s + n) / 2]));
    this.reach = boxes.reduce((most, [w, s, e, n]) => Math.max(most, e - w, n - s), 0);
    this.box = boxAround([shape]);
  }
}

function pathOf(part: readonly Position[]): Shape {
  return { polygons: [], lines: [part], points: [] };
}

function geometryOf({ polygons, lines, points }: Shape): Geometry {
  const parts: Geometry[] = [];
  if (polygons.length > 0) {
    parts.push(new MultiPolygon(polygons.map(open)));
  }
  if (lines.length > 0) {
    parts.push(new MultiLineString(open(lines)));
  }
  if (points.length > 0) {
    parts.push(new MultiPoint(points.map(point => [...point])));
  }
  const [only, ...others] = parts;
  return only && others.length === 0 ? only : new GeometryCollection(parts);
}

/** Coordinates as OpenLayers takes them, which it does not change. */
function open(lines: readonly (readonly Position[])[]): number[][][] {
  return lines as unknown as number[][][];
}
