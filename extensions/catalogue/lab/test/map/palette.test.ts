import { afterEach, expect, test } from 'vitest';
import { paletteOf } from '../../src/panel/map/palette';

afterEach(() => document.body.removeAttribute('style'));

test('colours are those of the theme', () => {
  document.body.style.setProperty('--jp-brand-color1', ' rgb(1, 2, 3) ');
  const palette = paletteOf(document.body);
  expect(palette.line).toBe('rgb(1, 2, 3)');
  expect(palette.fill).toBe('color-mix(in srgb, rgb(1, 2, 3) 14%, transparent)');
});

test('a theme without a variable still gives a colour', () => {
  expect(Object.values(paletteOf(document.body)).filter(colour => colour === '')).toEqual([]);
});
