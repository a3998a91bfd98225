import { describe, expect, test } from 'vitest';
import { areaOfBox, areaOfRing, farthestZoom, shapeOfArea, within } from '../../src/panel/map/area';
import type { Position } from '../../src/panel/map/types';

describe('a box on the map', () => {
  const cases = [
    { name: 'in the world', drawn: [10, 40, 20, 50], box: [10, 40, 20, 50] },
    { name: 'drawn from the upper right', drawn: [20, 50, 10, 40], box: [10, 40, 20, 50] },
    {
      name: 'over the antimeridian to the east',
      drawn: [170, -5, 190, 5],
      box: [170, -5, -170, 5]
    },
    {
      name: 'over the antimeridian to the west',
      drawn: [-190, -5, -170, 5],
      box: [170, -5, -170, 5]
    },
    { name: 'two worlds further', drawn: [730, 0, 740, 1], box: [10, 0, 20, 1] },
    { name: 'that ends on the antimeridian', drawn: [170, 0, 180, 1], box: [170, 0, 180, 1] },
    { name: 'that begins on the antimeridian', drawn: [180, 0, 190, 1], box: [-180, 0, -170, 1] },
    { name: 'wider than the world', drawn: [-300, -80, 300, 80], box: [-180, -80, 180, 80] },
    { name: 'beyond the poles', drawn: [0, -120, 10, 120], box: [0, -90, 10, 90] },
    { name: 'finer than a metre', drawn: [1.23456789, 0, 2, 1], box: [1.23457, 0, 2, 1] }
  ] as const;
  test.each(cases)('$name', ({ drawn, box }) => {
    expect(areaOfBox(drawn)).toEqual({ bbox: box, geometry: null });
  });
});

describe('a polygon on the map', () => {
  const triangle = (x: number): Position[] => [
    [x, 0],
    [x + 20, 0],
    [x + 10, 10]
  ];

  test('is closed', () => {
    expect(areaOfRing(triangle(10))?.geometry).toEqual({
      type: 'Polygon',
      coordinates: [
        [
          [10, 0],
          [30, 0],
          [20, 10],
          [10, 0]
        ]
      ]
    });
  });

  test('of another world is brought home', () => {
    expect(areaOfRing(triangle(370))).toEqual(areaOfRing(triangle(10)));
    expect(areaOfRing(triangle(-350))).toEqual(areaOfRing(triangle(10)));
  });

  test('over the antimeridian is cut in two, whichever way it was drawn', () => {
    const expected = {
      type: 'MultiPolygon',
      coordinates: [
        [
          [
            [180, 10],
            [170, 0],
            [180, 0],
            [180, 10]
          ]
        ],
        [
          [
            [-180, 0],
            [-170, 0],
            [-180, 10],
            [-180, 0]
          ]
        ]
      ]
    };
    expect(areaOfRing(triangle(170))?.geometry).toEqual(expected);
    expect(areaOfRing(triangle(-190))?.geometry).toEqual(expected);
  });

  test('with crossing sides, of two corners or of no height is none', () => {
    const bow: Position[] = [
      [0, 0],
      [10, 10],
      [10, 0],
      [0, 10]
    ];
    expect(areaOfRing(bow)).toBeNull();
    expect(areaOfRing(triangle(0).slice(0, 2))).toBeNull();
    expect(areaOfRing([...triangle(0).slice(0, 2), [0, 0]])).toBeNull();
  });
});

test('an area across the antimeridian is drawn as the two boxes that it is', () => {
  const shape = shapeOfArea({ bbox: [170, -5, -170, 5], geometry: null });
  const spans = shape?.polygons.map(([ring = []]) => ring.map(([x]) => x));
  expect(spans).toEqual([
    [170, 180, 180, 170, 170],
    [-180, -170, -170, -180, -180]
  ]);
});

test('an area that is no geometry is not drawn', () => {
  expect(shapeOfArea({ bbox: null, geometry: { type: 'Polygon', coordinates: 'no' } })).toBeNull();
});

test.each([
  [181, -179],
  [-181, 179],
  [540, -180],
  [359, -1],
  [0, 0]
])('longitude %d is %d', (longitude, same) => {
  expect(within(longitude)).toBe(same);
});

test.each([
  [256, 128, 0],
  [512, 400, 1],
  // A wide and low map: both poles come into sight, and some longitudes twice.
  [1024, 128, 0],
  [256, 0, -7]
])('a map of %d by %d pixels shows the whole world at zoom %d', (width, height, zoom) => {
  expect(farthestZoom(width, height)).toBe(zoom);
});
