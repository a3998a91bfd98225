import { expect, test } from 'vitest';
import { merged } from '../src/merge';
import { inOrder, isSortedInPart, isWhole } from '../src/sort';
import { START, type CatalogueRow } from '../src/state';
import type { Sort } from '../src/tokens';
import { item, OTHER } from './fakes';
import { row } from './panelFakes';

const { found } = merged(
  [],
  [
    item({ id: 'b', start: '2020-01-02T00:00:00Z', end: null, cloud_cover: 7 }),
    item({ id: 'd', start: null, end: null, cloud_cover: null }),
    item({ id: 'a', start: '2020-01-02T00:00:00.500Z', end: null, cloud_cover: null }),
    item({ id: 'c', start: null, end: '2019-12-31T00:00:00Z', cloud_cover: 0 })
  ]
);

test.each<[Sort, string]>([
  ['newest', 'a b c d'],
  ['oldest', 'c b a d'],
  ['clearest', 'c b d a'],
  ['id', 'a b c d']
])('sorted as %s, what an item does not tell comes last', (sort, ids) => {
  expect(
    inOrder(found, sort, [])
      .map(each => each.item.id)
      .join(' ')
  ).toBe(ids);
});

test.each<[string, CatalogueRow[], boolean, boolean]>([
  ['all is here', [row(), row({ source: OTHER })], true, false],
  ['all is here, though unsorted', [row({ sorted: false })], true, false],
  ['one catalogue has more, sorted', [row({ next: 'n' })], false, false],
  ['one catalogue has more, unsorted', [row({ next: 'n', sorted: false })], false, true],
  ['one of two has more', [row({ next: 'n' }), row({ source: OTHER })], false, true],
  [
    'a left out one has more',
    [row(), row({ source: OTHER, chosen: false, next: 'n' })],
    true,
    false
  ],
  ['one has not answered', [row(), row({ source: OTHER, answered: false })], false, false]
])('where %s', (_, rows, whole, inPart) => {
  const state = { ...START, rows, found };
  expect([isWhole(state), isSortedInPart(state)]).toEqual([whole, inPart]);
});
