import { expect, test } from 'vitest';
import {
  bytes,
  facts,
  period,
  plural,
  shape,
  storedSize,
  total,
  variable,
  variables
} from '../src/panel/format';
import { item } from './fakes';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [13_002_342, '12.4 MiB'],
  [1024 ** 2 - 1, '1.0 MiB'],
  [226_400_000_000_000, '205.9 TiB'],
  [2 ** 60 * 3, '3072.0 PiB']
])('%d bytes are %s', (count, words) => {
  expect(bytes(count)).toBe(words);
});

test('a size that is not complete is a lower bound', () => {
  expect(storedSize(item())).toBe('12.4 MiB');
  expect(storedSize(item({ stored: { size_bytes: 10, complete: false } }))).toBe('at least 10 B');
  expect(storedSize(item({ stored: null }))).toBe('');
});

test('a shape names its dimensions, also those of unknown size', () => {
  expect(shape(item().dimensions)).toBe('time 240 × latitude 37 × longitude 49');
  expect(shape([{ name: 'time', size: null, kind: null }])).toBe('time ?');
  expect(shape([{ name: 'time', size: 31_390, kind: null }])).toBe('time 31,390');
});

test('variables stand with their units, and the rest is counted', () => {
  expect(variables(item())).toBe('air_temperature [K]');
  const many = ['a', 'b', 'c', 'd'].map(name => ({
    name,
    unit: null,
    description: null,
    dimensions: [],
    extent: null
  }));
  expect(variables(item({ variables: many, variable_count: 40 }))).toBe('a, b, c and 37 more');
  expect(variables(item({ variables: [], variable_count: 0 }))).toBe('');
  expect(
    variable({ name: 'sst', unit: 'K', description: null, dimensions: [], extent: null })
  ).toBe('sst [K]');
});

test.each([
  ['1860-06-01T00:00:00Z', '2099-06-01T00:00:00Z', '1860-06-01 to 2099-06-01'],
  ['2020-01-02T03:04:05Z', '2020-01-02T03:04:05Z', '2020-01-02 03:04 UTC'],
  ['2020-01-02T00:00:00Z', '2020-01-02T23:00:00Z', '2020-01-02'],
  ['2020-01-02T00:00:00Z', null, '2020-01-02 to open'],
  [null, '2020-01-02T00:00:00Z', 'open to 2020-01-02'],
  [null, null, 'no dates']
])('%s and %s are %s', (start, end, words) => {
  expect(period(start, end)).toBe(words);
});

test('a total is never made up', () => {
  const totals = { shown: 20, isAll: false, matched: null, isMost: false };
  expect(total(totals)).toBe('showing 20, total unknown');
  expect(total({ ...totals, matched: 57 })).toBe('showing 20 of 57');
  expect(total({ ...totals, matched: 1057, isMost: true })).toBe('showing 20 of at most 1,057');
  expect(total({ ...totals, shown: 57, matched: 57, isAll: true })).toBe('showing all 57');
});

test('clouds are a fact where the item tells them', () => {
  expect(facts(item({ cloud_cover: 12.345 }))).toEqual([
    '12.4 MiB',
    'air_temperature [K]',
    '12.3 % cloud'
  ]);
  const picture = {
    kind: 'GeoTIFF',
    asset_count: 6,
    stored: null,
    variables: [],
    variable_count: 0
  };
  expect(facts(item(picture))).toEqual(['6 assets']);
});

test('one is no plural', () => {
  expect(plural(1, 'defect')).toBe('1 defect');
  expect(plural(0, 'asset')).toBe('0 assets');
});
