import { expect, test } from 'vitest';
import { degrees } from '../../src/panel/map/grid';

test.each([
  [-12.5, '12.5° W'],
  [30, '30° E'],
  [-0.00001, '0°'],
  [70.03333333, '70.0333° E']
])('the meridian at %d is called %s', (value, name) => {
  expect(degrees(value, 'W', 'E')).toBe(name);
});
