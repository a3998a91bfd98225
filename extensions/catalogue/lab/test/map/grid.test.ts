import { expect, test } from 'vitest';
import { Grid } from '../../src/panel/map/grid';
import { paletteOf } from '../../src/panel/map/palette';

test('lines are drawn where there may be no land, and follow the theme', () => {
  const grid = new Grid();
  const before = grid.getRevision();
  grid.paint(paletteOf(document.body));
  expect(grid.getRevision()).toBeGreaterThan(before);
  expect(grid.getMinZoom()).toBe(4);
});
