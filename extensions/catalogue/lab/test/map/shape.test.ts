import { describe, expect, test } from 'vitest';
import { boxAround, outlineOf, shapeOf, type Shape } from '../../src/panel/map/shape';

function box(west: number, south: number, east: number, north: number): number[][][] {
  return [
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south]
    ]
  ];
}

function shape(...boxes: number[][][][]): Shape {
  return shapeOf({ type: 'MultiPolygon', coordinates: boxes }) as Shape;
}

describe('a geometry', () => {
  test.each([
    ['Point', [1, 2], 'points'],
    ['MultiPoint', [[1, 2]], 'points'],
    ['LineString', [[1, 2], [3, 4]], 'lines'], // prettier-ignore
    ['MultiLineString', [[[1, 2], [3, 4]]], 'lines'], // prettier-ignore
    ['Polygon', box(0, 0, 1, 1), 'polygons'],
    ['MultiPolygon', [box(0, 0, 1, 1)], 'polygons']
  ] as const)('of type %s is read', (type, coordinates, kind) => {
    expect(shapeOf({ type, coordinates })?.[kind]).toHaveLength(1);
  });

  test('of several kinds is read as a whole', () => {
    const geometries = [
      { type: 'Point', coordinates: [0, 0] },
      { type: 'Polygon', coordinates: box(0, 0, 1, 1) }
    ];
    const read = shapeOf({ type: 'GeometryCollection', geometries });
    expect([read?.points.length, read?.polygons.length]).toEqual([1, 1]);
  });

  test.each([
    null,
    'POINT (1 2)',
    {},
    { type: 'Circle', coordinates: [0, 0] },
    { type: 'Polygon', coordinates: null },
    { type: 'Polygon', coordinates: [[[0, 0], [1, 1]]] }, // prettier-ignore
    { type: 'Point', coordinates: ['1', Infinity] },
    { type: 'MultiPolygon', coordinates: [[[['a']]]] }
  ])('that is none is left out: %j', geometry => {
    expect(shapeOf(geometry)).toBeNull();
  });

  test('that holds itself does not go on for ever', () => {
    const endless: Record<string, unknown> = { type: 'GeometryCollection' };
    endless.geometries = [endless];
    expect(shapeOf(endless)).toBeNull();
  });
});

describe('the box around shapes', () => {
  test('is the smallest, so it crosses the antimeridian where they lie on both sides of it', () => {
    expect(boxAround([shape(box(170, 0, 180, 10), box(-180, 0, -170, 10))])).toEqual([
      170, 0, -170, 10
    ]);
    expect(boxAround([shape(box(150, -20, 160, 0)), shape(box(-160, 0, -150, 5))])).toEqual([
      150, -20, -150, 5
    ]);
  });

  test('does not cross it without need', () => {
    expect(boxAround([shape(box(-10, 0, 0, 1)), shape(box(20, 5, 30, 6))])).toEqual([
      -10, 0, 30, 6
    ]);
    expect(boxAround([shape(box(-170, 0, 170, 1))])).toEqual([-170, 0, 170, 1]);
  });

  test('of the whole world is the world', () => {
    expect(boxAround([shape(box(-180, -90, 180, 90)), shape(box(5, 5, 6, 6))])).toEqual([
      -180, -90, 180, 90
    ]);
  });

  test('of nothing is none', () => {
    expect(boxAround([])).toBeNull();
  });
});

describe('the outline', () => {
  test('of a footprint that was cut has no seam', () => {
    const lines = outlineOf(shape(box(170, 0, 180, 10), box(-180, 0, -170, 10)));
    const edges = lines?.flatMap(line => line.slice(1).map((end, index) => [line[index], end]));
    expect(edges).toHaveLength(6);
    expect(edges?.some(edge => edge.every(end => Math.abs(end?.[0] ?? 0) === 180))).toBe(false);
  });

  test('of one that only touches the antimeridian stays whole', () => {
    expect(outlineOf(shape(box(170, 0, 180, 10)))).toBeNull();
  });
});
