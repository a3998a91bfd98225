import { beforeEach, expect, test } from 'vitest';
import { EMPTY_FORM, type SearchForm } from '../src/form';
import { collectionsNamed } from '../src/naming';
import { freshRow, type CatalogueRow } from '../src/state';
import { AWAY, collection, EMBEDDED, FakeClient, OTHER } from './fakes';

const ROWS = [EMBEDDED, OTHER].map(source => ({
  ...freshRow(source),
  answered: true,
  health: { kind: 'ok' } as const
}));
const FORM: SearchForm = { ...EMPTY_FORM, words: ' Sentinel-2  level ' };

let client: FakeClient;
beforeEach(() => {
  client = new FakeClient();
});

const give = (catalogue: string, ...ids: readonly string[]) =>
  client.collectionPages.set(catalogue, {
    collections: ids.map(id => collection(catalogue, id, `Level ${id}`)),
    next: null,
    matched: null,
    note: null
  });
const named = async (
  form = FORM,
  rows: readonly CatalogueRow[] = ROWS,
  signal = new AbortController().signal
) => (await collectionsNamed(client, form, rows, signal)).map(each => each.id);

test('collections that are called by all of the words are named once, a few of them', async () => {
  give('embedded', 'sentinel-2-l2a', 'landsat', 'sentinel-2-l1c');
  give('other', 'sentinel-2-l2a', 'sentinel-2-a', 'sentinel-2-b', 'sentinel-2-c');
  expect(await named()).toEqual([
    'sentinel-2-l2a',
    'sentinel-2-l1c',
    'sentinel-2-a',
    'sentinel-2-b'
  ]);
  expect(client.collectionQueries.map(each => each.words)).toEqual([
    'Sentinel-2  level',
    'Sentinel-2  level'
  ]);
});

test.each([
  ['no words', { ...FORM, words: ' ' }],
  ['collections that somebody chose', { ...FORM, collections: ['sentinel-2-l2a'] }]
])('with %s nobody is asked', async (_, form) => {
  expect(await named(form)).toEqual([]);
  expect(client.collectionQueries).toEqual([]);
});

test('only catalogues that answered are asked, and one that cannot list its collections is no trouble', async () => {
  give('other', 'sentinel-2-a');
  client.collectionFaults.set('embedded', AWAY);
  expect(await named()).toEqual(['sentinel-2-a']);
  expect(await named(FORM, [freshRow(OTHER)])).toEqual([]);
  expect(client.collectionQueries).toHaveLength(2);
});
