import { expect, test } from 'vitest';
import { cataloguesOf, merged, sharedOf, withoutCatalogue } from '../src/merge';
import { freshRow, START, type CatalogueRow, type SearchState } from '../src/state';
import { isTotalWrong, totalsOf } from '../src/totals';
import { EMBEDDED, item, OTHER } from './fakes';

const one = item({ id: 'a', fingerprint: 'f-a' });
const twin = item({ id: 'a', fingerprint: 'f-a', catalogue: 'other' });
const two = item({ id: 'b', fingerprint: 'f-b' });

test('an item that two catalogues have is one row that names both', () => {
  const first = merged([], [one, two]);
  const both = merged(first.found, [twin]);
  expect(both).toMatchObject({ fresh: 1, repeated: 0 });
  expect(both.found.map(each => each.item.id)).toEqual(['a', 'b']);
  expect(both.found.map(cataloguesOf)).toEqual([['embedded', 'other'], ['embedded']]);
  expect(sharedOf(both.found)).toBe(1);
});

test('an item that one catalogue gives twice is one row, and counted', () => {
  expect(merged(merged([], [one]).found, [one, two])).toMatchObject({ fresh: 1, repeated: 1 });
  expect(merged([], [one, one]).found).toHaveLength(1);
});

test('items without a fingerprint are never taken for each other, and every row has a key of its own', () => {
  const bare = item({ id: '', fingerprint: null });
  const { found } = merged(merged([], [bare, bare]).found, [bare]);
  expect(found).toHaveLength(3);
  expect(new Set(found.map(each => each.key)).size).toBe(3);
});

test('items of one id with two geometries are two rows', () => {
  const moved = item({ id: 'a', fingerprint: 'f-moved' });
  const { found } = merged([], [one, moved]);
  expect(new Set(found.map(each => each.key)).size).toBe(2);
});

test('a catalogue that leaves takes only what nobody else has', () => {
  const { found } = merged(merged([], [one, two]).found, [twin]);
  const left = withoutCatalogue(found, 'embedded');
  expect(left.map(each => each.item)).toEqual([twin]);
  expect(left[0]?.key).toBe(found[0]?.key);
  expect(withoutCatalogue(found, 'other').map(each => each.also)).toEqual([[], []]);
});

function row(changes: Partial<CatalogueRow>): CatalogueRow {
  return { ...freshRow(EMBEDDED), answered: true, health: { kind: 'ok' }, ...changes };
}

function state(...rows: CatalogueRow[]): SearchState {
  return { ...START, rows, found: merged([], [one, two]).found };
}

test('a total is known where every catalogue tells one that can be right', () => {
  const some = row({ shown: 2, matched: 30, next: 'x' });
  expect(totalsOf(state(some))).toEqual({ shown: 2, isAll: false, matched: 30, isMost: false });
  const other = row({ source: OTHER, shown: 0, matched: 5, next: 'y' });
  expect(totalsOf(state(some, other))).toMatchObject({ matched: 35, isMost: true });
  expect(totalsOf(state(some, { ...other, matched: null }))).toMatchObject({ matched: null });
  expect(totalsOf(state(some, { ...other, answered: false }))).toMatchObject({ matched: null });
  const leftOut = freshRow(OTHER, false);
  expect(totalsOf(state(some, leftOut))).toMatchObject({ matched: 30, isMost: false });
});

test('an item of several catalogues counts once, in what is shown and in what can come', () => {
  const found = merged(merged([], [one, two]).found, [twin]).found;
  const ended = row({ shown: 2, matched: 2 });
  const other = row({ source: OTHER, shown: 1, matched: 1 });
  expect(totalsOf({ ...state(ended, other), found })).toMatchObject({ shown: 2, isAll: true });
  const more = { ...other, matched: 4, next: 'x' };
  expect(totalsOf({ ...state(ended, more), found })).toMatchObject({ matched: 5, isMost: true });
  const twice = { ...more, repeated: 2 };
  expect(totalsOf({ ...state(ended, twice), found })).toMatchObject({ matched: 3 });
});

test('a sentence of a catalogue that gave as many as it tells does not make its total unknown', () => {
  const note = 'The index of Other is being brought up to date.';
  expect(totalsOf(state(row({ shown: 2, matched: 2, note })))).toMatchObject({ isAll: true });
  expect(totalsOf(state(row({ shown: 2, note })))).toMatchObject({ isAll: false, matched: null });
});

test('20 of an unknown total are never called all 20', () => {
  expect(totalsOf(state(row({ shown: 20, next: 'x' })))).toMatchObject({
    isAll: false,
    matched: null
  });
  expect(
    totalsOf(state(row({ shown: 20, note: 'Only the first 100 were looked at.' })))
  ).toMatchObject({
    isAll: false
  });
  expect(totalsOf(state(row({ shown: 20 })))).toMatchObject({ isAll: true });
});

test.each([
  [{ shown: 20, matched: 12, next: 'x' }, true],
  [{ shown: 20, matched: 0 }, true],
  [{ shown: 20, matched: 40, next: null }, true],
  [{ shown: 15, repeated: 5, matched: 20, next: null }, false],
  [{ shown: 20, matched: 40, next: 'x' }, false],
  [{ shown: 20, matched: null }, false],
  [{ shown: 20, matched: 12, answered: false }, false]
])('a catalogue with %j has a wrong total: %s', (changes, isWrong) => {
  expect(isTotalWrong(row(changes))).toBe(isWrong);
});
