import { expect, test } from 'vitest';
import { tilesOf } from '../src/mapSettings';

const URL = 'https://tiles.example/{z}/{x}/{y}.png';

test('tiles have an address, and whom to name', () => {
  expect(tilesOf(URL, 'Example')).toEqual({ url: URL, attribution: 'Example' });
  expect(tilesOf(URL, undefined)).toEqual({ url: URL, attribution: '' });
});

test.each([
  '',
  'https://tiles.example/map.png',
  'https://tiles.example/{z}/{x}.png',
  'javascript:alert({x}{y}{z})',
  undefined,
  42
])('%s is no address of tiles', url => {
  expect(tilesOf(url, '')).toBeNull();
});
