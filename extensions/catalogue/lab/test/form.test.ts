import { describe, expect, test } from 'vitest';
import {
  CLOUD_COVER,
  conditionsOn,
  criteriaOf,
  EMPTY_FORM,
  filtersOf,
  isEmpty,
  timeFault,
  withProperty,
  without,
  type SearchForm
} from '../src/form';
import { momentFault, momentOf } from '../src/moments';

const FULL: SearchForm = {
  words: ' ice ',
  collections: ['a', 'b'],
  from: '2020',
  to: '2020-02',
  area: { area: { bbox: [170, -10, -170, 10], geometry: null }, label: 'Fiji' },
  properties: [
    { property: CLOUD_COVER, op: '<=', value: 20 },
    { property: 'gsd', op: '>=', value: 10 },
    { property: 'gsd', op: '<=', value: 30 }
  ],
  cql2: ' gsd < 9 '
};

test('a form becomes what the server takes', () => {
  expect(criteriaOf(FULL)).toEqual({
    words: 'ice',
    collections: ['a', 'b'],
    ids: [],
    start: '2020-01-01',
    end: '2020-02-29',
    area: { bbox: [170, -10, -170, 10], geometry: null },
    properties: FULL.properties,
    cql2: 'gsd < 9'
  });
});

test('nothing is asked by itself, above all no limit of clouds that would hide radar', () => {
  expect(criteriaOf(EMPTY_FORM).properties).toEqual([]);
  expect(filtersOf(EMPTY_FORM)).toEqual([]);
  expect(isEmpty(EMPTY_FORM)).toBe(true);
  expect(isEmpty({ ...EMPTY_FORM, words: '  ' })).toBe(true);
});

test('each filter is there once, a property with two bounds too', () => {
  expect(filtersOf(FULL)).toEqual([
    'words',
    'collections',
    'time',
    'area',
    'property:eo:cloud_cover',
    'property:gsd',
    'cql2'
  ]);
});

test('a form without one filter has all the others', () => {
  for (const filter of filtersOf(FULL)) {
    expect(filtersOf(without(FULL, filter))).toEqual(
      filtersOf(FULL).filter(each => each !== filter)
    );
  }
});

test('conditions on a property take the place of its old ones', () => {
  const changed = withProperty(FULL, CLOUD_COVER, [{ property: CLOUD_COVER, op: '<=', value: 5 }]);
  expect(changed.properties.map(each => each.value)).toEqual([5, 10, 30]);
  const added = withProperty(changed, 'platform', [{ property: 'platform', op: '=', value: 'x' }]);
  expect(added.properties.at(-1)?.property).toBe('platform');
  expect(conditionsOn(added, 'gsd')).toHaveLength(2);
  expect(withProperty(added, 'gsd', []).properties).toHaveLength(2);
});

describe('times', () => {
  test.each([
    ['', null, null],
    ['2020', '2020-01-01', '2020-12-31'],
    ['2020-02', '2020-02-01', '2020-02-29'],
    ['2021-02', '2021-02-01', '2021-02-28'],
    ['2020-05-06', '2020-05-06', '2020-05-06'],
    [' 2020-05-06 ', '2020-05-06', '2020-05-06'],
    ['2020-05-06 07:08', '2020-05-06T07:08Z', '2020-05-06T07:08Z'],
    ['2020-05-06T07:08:09.5Z', '2020-05-06T07:08:09.5Z', '2020-05-06T07:08:09.5Z'],
    ['2020-05-06 07:08 UTC', '2020-05-06T07:08Z', '2020-05-06T07:08Z'],
    ['2020-02-30', null, null],
    ['2020-13', null, null],
    ['2020-05-06 24:00', null, null],
    ['2020-05-06T07:08+02:00', null, null],
    ['yesterday', null, null]
  ])('%j begins at %s and ends at %s', (text, start, end) => {
    expect(momentOf(text, 'start')).toBe(start);
    expect(momentOf(text, 'end')).toBe(end);
  });

  test('that cannot be read are said with a form that can', () => {
    expect(momentFault('yesterday')).toMatch(/“yesterday” is no day. Write it as 2020-12-31/);
    expect(momentFault('')).toBeNull();
    expect(timeFault({ ...EMPTY_FORM, to: '31.12.2020' })).toMatch(/31\.12\.2020/);
  });

  test.each([
    ['2020-05-06', '2020-05-05', true],
    ['2020-05-06', '2020-05-06', false],
    ['2020-05-06 10:00', '2020-05-06', false],
    ['2020-05-06 10:00', '2020-05-06 09:00', true],
    ['2021', '2020', true],
    ['2020', '2020', false],
    ['', '2020', false]
  ])('from %j to %j: wrong is %s', (from, to, isWrong) => {
    expect(timeFault({ ...EMPTY_FORM, from, to }) !== null).toBe(isWrong);
  });
});
