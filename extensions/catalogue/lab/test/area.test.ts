import { describe, expect, test } from 'vitest';
import { named, readArea, textOf } from '../src/area';

const SQUARE = [
  [0, 0],
  [10, 0],
  [10, 10],
  [0, 10],
  [0, 0]
];

async function areaOf(text: string) {
  const read = await readArea(text);
  return 'area' in read ? read.area : read.fault;
}

test.each([
  ['1,2,3,4', [1, 2, 3, 4]],
  [' -10.5, 35 ; 20 60 ', [-10.5, 35, 20, 60]],
  ['170,-10,-170,10', [170, -10, -170, 10]]
])('%j is a box', async (text, bbox) => {
  expect(await areaOf(text)).toMatchObject({ area: { bbox, geometry: null } });
});

test.each([
  ['1,4,3,2', /South \(4\) is above north \(2\)/],
  ['1,2,3', /This is no area/],
  ['1,2,3,400', /latitudes from -90 to 90/],
  ['-200,2,3,4', /Longitudes reach/],
  ['', /This is no area/],
  ['POINT(1 2)', /This is no area/],
  ['POLYGON((1 2', /This is no area/],
  ['{"type": "Point", "coordinates": [1, 2]}', /This is no area/],
  ['{broken', /This is no area/],
  ['{"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}', /This is no area/],
  ['{"type": "Polygon", "coordinates": 7}', /This is no area/],
  [
    '{"type": "Polygon", "coordinates": [[[500000, 6000000], [510000, 6000000], [510000, 6010000], [500000, 6000000]]]}',
    /longitudes and latitudes in degrees/
  ]
])('%j is refused', async (text, fault) => {
  expect(await areaOf(text)).toMatch(fault);
});

describe('a polygon', () => {
  const polygon = { type: 'Polygon', coordinates: [SQUARE] };
  const expected = {
    area: { bbox: null, geometry: polygon },
    label: 'polygon with 4 corners'
  };

  test.each([
    ['WKT', 'POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))'],
    ['EWKT', 'SRID=4326;POLYGON((0 0,10 0,10 10,0 10,0 0))'],
    ['a geometry', JSON.stringify(polygon)],
    ['a feature', JSON.stringify({ type: 'Feature', properties: {}, geometry: polygon })],
    [
      'a collection',
      JSON.stringify({
        type: 'FeatureCollection',
        features: [{ type: 'Feature', geometry: polygon }]
      })
    ],
    [
      'heights',
      JSON.stringify({ type: 'Polygon', coordinates: [SQUARE.map(each => [...each, 100])] })
    ]
  ])('is read from %s', async (_name, text) => {
    expect(await areaOf(text)).toEqual(expected);
  });

  test('of a file has its name', async () => {
    expect(await readArea(JSON.stringify(polygon), 'site.geojson')).toMatchObject({
      area: { label: 'site.geojson' }
    });
  });

  test('is one of several in a file, together with lines and points', async () => {
    const features = [
      { type: 'Feature', geometry: polygon },
      { type: 'Feature', geometry: { type: 'Point', coordinates: [1, 2] } },
      { type: 'Feature', geometry: { type: 'MultiPolygon', coordinates: [[SQUARE]] } }
    ];
    const text = JSON.stringify({ type: 'FeatureCollection', features });
    expect(await areaOf(text)).toMatchObject({
      area: { geometry: { type: 'MultiPolygon', coordinates: [[SQUARE], [SQUARE]] } },
      label: 'several polygons'
    });
  });

  test('with too many corners is refused', async () => {
    const ring = Array.from({ length: 6000 }, (_, index) => [index / 100, 1]);
    expect(await areaOf(JSON.stringify({ type: 'Polygon', coordinates: [ring] }))).toMatch(
      /6000 corners. Simplify it to at most 5000/
    );
  });
});

test('an area can be written as it is read', async () => {
  const box = named({ bbox: [1.000004, 2, 3, 4], geometry: null });
  expect(box.label).toBe('1, 2, 3, 4');
  expect(textOf(box.area)).toBe('1, 2, 3, 4');
  const polygon = await areaOf(JSON.stringify({ type: 'Polygon', coordinates: [SQUARE] }));
  if (typeof polygon === 'string') {
    throw new Error(polygon);
  }
  expect(await areaOf(textOf(polygon.area))).toEqual(polygon);
});
