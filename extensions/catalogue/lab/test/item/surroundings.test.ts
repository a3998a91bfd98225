import { expect, test } from 'vitest';
import { surroundings } from '../../src/panel/item/surroundings';

const degreesHigh = (zoom: number) => (220 * (360 / 256)) / 2 ** zoom;

test.each([
  ['a tile', [21, 52, 22.2, 53], [21.6, 52.5], 8],
  ['a place without size', [7, 50, 7, 50], [7, 50], 8],
  ['a country', [5, 47, 15, 55], [10, 51], 25],
  ['the whole Earth', [-180, -90, 180, 90], [0, 0], 900],
  ['what crosses 180 degrees in the east', [179, -20, -177, -16], [-179, -18], 10],
  ['what crosses 180 degrees in the west', [175, 60, -179, 64], [178, 62], 15]
])('%s lies in the middle with its surroundings', (_, bbox, middle, degrees) => {
  const view = surroundings(bbox);

  expect(view.center).toEqual(middle);
  expect(degreesHigh(view.zoom)).toBeCloseTo(degrees);
});
