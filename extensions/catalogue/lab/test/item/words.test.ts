import { expect, test } from 'vitest';
import { place } from '../../src/panel/item/ItemFacts';
import { licenceName, safeUrl } from '../../src/panel/item/links';
import { mediaType } from '../../src/panel/item/mediaType';

test.each([
  [[-135, 15, -47, 60], '15° to 60° N, 135° to 47° W'],
  [[170, -10, -170, 10], '10° S to 10° N, 170° E to 170° W'],
  [[2.35, 48.85, 2.35, 48.85], '48.85° N, 2.35° E'],
  [[0, 0, 10.123456, 10], '0° to 10° N, 0° to 10.1235° E'],
  [[-180, -90, 180, 90], '90° S to 90° N, 180° W to 180° E']
])('%j is %s', (box, words) => {
  expect(place(box)).toBe(words);
});

test.each([
  ['image/tiff; application=geotiff; profile=cloud-optimized', 'Cloud Optimized GeoTIFF'],
  ['IMAGE/TIFF; application="geotiff"', 'GeoTIFF'],
  ['application/vnd+zarr', 'Zarr'],
  ['application/vnd.zarr; version=3', 'Zarr'],
  ['application/x-netcdf', 'NetCDF'],
  ['application/geo+json', 'GeoJSON'],
  ['application/vnd.apache.parquet', 'Parquet'],
  ['application/x-something', 'application/x-something'],
  [null, '']
])('%s is called %s', (type, name) => {
  expect(mediaType(type)).toBe(name);
});

test.each([
  ['https://a.example/x', true],
  ['http://a.example/', true],
  ['javascript:alert(1)', false],
  ['JaVaScRiPt:alert(1)', false],
  ['data:text/html,x', false],
  ['//a.example/x', false],
  ['/lab', false],
  [null, false]
])('%s may be opened: %s', (address, isSafe) => {
  expect(safeUrl(address) !== null).toBe(isSafe);
});

test.each([
  ['OGL-UK-3.0', 'https://licence.example/', 'OGL-UK-3.0'],
  [null, 'https://creativecommons.org/licenses/by-sa/4.0/legalcode', 'CC BY-SA 4.0'],
  [null, 'http://www.creativecommons.org/publicdomain/zero/1.0/', 'CC0 1.0'],
  [null, 'https://scihub.example/terms.pdf', 'Licence at scihub.example'],
  [null, 'see the paper', 'see the paper'],
  [null, null, null]
])('the licence %s at %s is called %s', (id, address, name) => {
  expect(licenceName(id, address)).toBe(name);
});
