import { get } from 'ol/proj.js';
import type Projection from 'ol/proj/Projection.js';
import type Style from 'ol/style/Style.js';
import { expect, test } from 'vitest';
import { Grid } from '../../src/panel/map/grid';
import { paletteOf } from '../../src/panel/map/palette';

test('lines are drawn where there may be no land, in the colour of the theme', () => {
  const grid = new Grid();
  const palette = { ...paletteOf(document.body), border: 'rgb(1, 2, 3)' };
  grid.paint(palette);
  grid.getSource()?.loadFeatures([-10, -10, 10, 10], 0.05, get('EPSG:4326') as Projection);
  const lines = grid.getSource()?.getFeatures() ?? [];
  expect(lines.length).toBeGreaterThan(4);
  const colours = lines.map(line => (line.getStyle() as Style).getStroke()?.getColor());
  expect(new Set(colours)).toEqual(new Set([palette.border]));
  expect(grid.getMinZoom()).toBe(4);
});
