import { expect, test } from 'vitest';
import { coarseWorld } from '../../src/panel/map/basemap';

test('the world has land on both sides of 180 degrees, and none at sea', async () => {
  const { land, lines } = await coarseWorld();
  const isLand = (place: [number, number]) =>
    land.getFeatures().some(each => each.getGeometry()?.intersectsCoordinate(place) === true);
  const places: [number, number][] = [
    [100, 60],
    [-60, -10],
    [178, 66],
    [-175, 66],
    [0, -85],
    [-30, 40],
    [180, 0],
    [51, 42]
  ];
  expect(places.map(isLand)).toEqual([true, true, true, true, true, false, false, false]);
  const [west, south, east, north] = land.getExtent() ?? [];
  expect([west, south, east]).toEqual([-180, -90, 180]);
  expect(north).toBeLessThan(84);
  expect(lines.getFeatures().length).toBeGreaterThan(200);
});
