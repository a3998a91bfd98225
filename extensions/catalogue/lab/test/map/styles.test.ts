import type Style from 'ol/style/Style.js';
import { expect, test } from 'vitest';
import { ShapeFeature } from '../../src/panel/map/features';
import { paletteOf } from '../../src/panel/map/palette';
import { shapeOf, type Shape } from '../../src/panel/map/shape';
import { stylesOf } from '../../src/panel/map/styles';

const palette = paletteOf(document.body);
const styles = stylesOf(palette);

function box(size: number): ShapeFeature {
  const ring = [
    [0, 0],
    [size, 0],
    [size, size],
    [0, size],
    [0, 0]
  ];
  return new ShapeFeature(shapeOf({ type: 'Polygon', coordinates: [ring] }) as Shape);
}

function fills(feature: ShapeFeature, resolution: number) {
  const drawn = styles.selected(feature, resolution) as Style[];
  return drawn.map(each => each.getFill()?.getColor()).filter(Boolean);
}

test('a footprint that would cover the map is an outline with little in it', () => {
  expect(fills(box(50), 1)).toEqual([palette.markFill]);
  expect(fills(box(50), 0.1)).toEqual([`color-mix(in srgb, ${palette.markFill} 20%, transparent)`]);
});

test('one that is too small to be seen is a dot', () => {
  const [only, ...others] = styles.selected(box(1), 1) as Style[];
  expect(only?.getImage()).toBeTruthy();
  expect(others).toEqual([]);
});
