import { ProblemError } from '@eohub/toolkit/lib/problem';
import { beforeEach, expect, test } from 'vitest';
import { EMPTY_FORM } from '../src/form';
import { cataloguesOf } from '../src/merge';
import { CatalogueSearch } from '../src/search';
import { isOld, isPaging } from '../src/state';
import { AWAY, EMBEDDED, FakeClient, FakeClock, item, OTHER, page, settled, source } from './fakes';

const THIRD = source({ id: 'third', title: 'Third', url: 'https://third.example/' });

let client: FakeClient;
let clock: FakeClock;
let search: CatalogueSearch;

beforeEach(async () => {
  client = new FakeClient();
  client.sources = [EMBEDDED, OTHER];
  clock = new FakeClock();
  search = new CatalogueSearch(client, clock);
  await search.load();
});

const state = () => search.store.get();
const asked = () => client.searches.map(each => each.query.catalogue);
const titles = () => state().found.map(each => each.item.id);
const waiting = (index: number) => {
  const found = client.searches[index];
  if (!found) {
    throw new Error('that was not asked');
  }
  return found;
};

test('one search goes to every catalogue at once', () => {
  expect(asked()).toEqual(['embedded', 'other']);
});

test('a screen reader is told how a search ended, also where nobody answered or nobody was asked', async () => {
  await waiting(0).fail(AWAY);
  expect(state().announcement).toBe('Searching');
  await waiting(1).fail(AWAY);
  expect(state().announcement).toBe('No answer');
  search.search(EMPTY_FORM);
  await waiting(2).answer(page('a', 1));
  await waiting(3).answer(page('b', 0));
  expect(state().announcement).toBe('1 item');
  client.sources = [];
  await search.load();
  expect(state().announcement).toBe('There is no catalogue to search');
});

const on = (day: string, id: string, catalogue = 'embedded') =>
  item({ id, catalogue, start: `2020-01-${day}T00:00:00Z` });

test('pages are merged in one order, the newest first, whoever answers first', async () => {
  expect(waiting(0).query.sort).toBe('newest');
  await waiting(1).answer(
    page('x', 0, { items: [on('09', 'b', 'other'), on('02', 'd', 'other')], next: 'n' })
  );
  await waiting(0).answer(page('x', 0, { items: [on('10', 'a'), on('05', 'c')] }));
  expect(titles()).toEqual(['a', 'b', 'c', 'd']);
  search.more();
  await client.last.answer(page('x', 0, { items: [on('03', 'c2', 'other')] }));
  expect(titles()).toEqual(['a', 'b', 'c', 'c2', 'd']);
});

test('items of the same time are in the order of the catalogues, whoever answers first', async () => {
  const twin = (catalogue: string) => ({ ...on('02', 'c', catalogue), fingerprint: 'f' });
  await waiting(1).answer(page('x', 0, { items: [on('02', 'b', 'other'), twin('other')] }));
  await waiting(0).answer(page('x', 0, { items: [twin('embedded'), on('02', 'a')] }));
  expect(titles()).toEqual(['c', 'a', 'b']);
});

test('another order is made here where all is here, and asked for where there is more', async () => {
  await waiting(0).answer(page('x', 0, { items: [on('10', 'a'), on('05', 'c')] }));
  await waiting(1).answer(page('other', 0));
  search.sort('oldest');
  expect(titles()).toEqual(['c', 'a']);
  expect(client.searches).toHaveLength(2);
  search.search(EMPTY_FORM);
  await waiting(2).answer(page('x', 0, { items: [on('10', 'a')], next: 'n' }));
  await waiting(3).answer(page('other', 0));
  search.edit({ ...EMPTY_FORM, words: 'half a wo' });
  search.sort('id');
  expect(client.searches.slice(4).map(each => [each.query.sort, each.query.words])).toEqual([
    ['id', ''],
    ['id', '']
  ]);
  expect(state().form.words).toBe('half a wo');
});

test('a catalogue that left the order on one page is not called sorted by the next', async () => {
  await waiting(0).answer(page('a', 1, { next: 'n', sorted: false }));
  await waiting(1).answer(page('b', 1));
  search.more();
  await client.last.answer(page('c', 1, { sorted: true }));
  expect(state().rows.map(each => each.sorted)).toEqual([false, true]);
});

test('an item of two catalogues is one row, however the pages come', async () => {
  const same = { id: 'same', fingerprint: 'f' };
  await waiting(1).answer(page('x', 0, { items: [item({ ...same, catalogue: 'other' })] }));
  await waiting(0).answer(page('x', 0, { items: [item(same)] }));
  expect(state().found.map(cataloguesOf)).toEqual([['other', 'embedded']]);
  expect(state().rows.map(row => row.shown)).toEqual([1, 1]);
});

test('a catalogue that is left out leaves with its items, and is not asked any more', async () => {
  await waiting(0).answer(page('mine', 1));
  await waiting(1).answer(page('x', 0, { items: [item({ id: 'theirs', catalogue: 'other' })] }));
  search.choose('other', false);
  expect(titles()).toEqual(['mine-0']);
  search.search({ ...EMPTY_FORM, words: 'ice' });
  expect(asked().slice(2)).toEqual(['embedded']);
  search.choose('other', true);
  expect(asked().slice(2)).toEqual(['embedded', 'other']);
  expect(client.last.query.words).toBe('ice');
});

test('what a catalogue answers after it was left out is dropped', async () => {
  search.choose('other', false);
  await waiting(1).answer(page('late', 3));
  await waiting(0).answer(page('mine', 1));
  expect(titles()).toEqual(['mine-0']);
  await search.load();
  search.choose('embedded', false);
  await waiting(2).fail(AWAY);
  expect(state().rows[0]?.health.kind).toBe('waiting');
  expect(clock.waiting).toBe(0);
});

test('without any catalogue nothing is asked and nothing stays', async () => {
  await waiting(0).answer(page('mine', 1));
  search.choose('embedded', false);
  search.choose('other', false);
  search.search(EMPTY_FORM);
  expect(asked()).toHaveLength(2);
  expect(state().found).toEqual([]);
});

test('more asks each catalogue that has more', async () => {
  await waiting(0).answer(page('a', 1, { next: 'a2' }));
  await waiting(1).answer(page('b', 1, { next: 'b2' }));
  search.more();
  expect(client.searches.slice(2).map(each => each.query.page)).toEqual(['a2', 'b2']);
  await waiting(2).answer(page('a2', 1));
  await waiting(3).answer(page('b2', 1, { next: 'b3' }));
  search.more();
  expect(client.searches.slice(4).map(each => each.query.page)).toEqual(['b3']);
  expect(search.pagesAsked).toBe(3);
});

test('a catalogue that does not answer holds up neither the list nor the next page of another', async () => {
  expect(isOld(state())).toBe(true);
  await waiting(0).answer(page('a', 1, { next: 'a2' }));
  expect(isOld(state())).toBe(false);
  search.more();
  expect(client.searches.slice(2).map(each => each.query.page)).toEqual(['a2']);
  expect(isPaging(state())).toBe(true);
  search.more();
  await waiting(2).answer(page('a2', 1));
  expect([asked().length, titles().length, isPaging(state())]).toEqual([3, 2, false]);
});

test('a page that changes its size, or repeats an item, adds what is new', async () => {
  await waiting(1).answer(page('b', 0));
  const first = item({ id: 'a', fingerprint: 'a' });
  await waiting(0).answer(page('x', 0, { items: [first], next: 'n' }));
  search.more();
  await client.last.answer(page('x', 0, { items: [first, item({ id: 'b', fingerprint: 'b' })] }));
  expect(titles()).toEqual(['a', 'b']);
  expect(state().rows[0]).toMatchObject({ shown: 2, repeated: 1 });
});

test('filters that were done here are told with the row', async () => {
  await waiting(0).answer(page('a', 1, { done_here: ['words', 'area'] }));
  expect(state().rows[0]?.doneHere).toEqual(['words', 'area']);
});

test('new catalogues are searched, and those that are gone leave', async () => {
  await waiting(0).answer(page('a', 1));
  await waiting(1).answer(page('x', 0, { items: [item({ id: 'theirs', catalogue: 'other' })] }));
  search.list({ catalogues: [EMBEDDED, THIRD], note: null });
  expect(titles()).toEqual(['a-0']);
  expect(asked().slice(2)).toEqual(['third']);
  search.list({ catalogues: [EMBEDDED, THIRD, OTHER], note: null });
  expect(asked().slice(2)).toEqual(['third', 'other']);
});

test('a catalogue with other contents is searched anew, in the place of what it gave', async () => {
  await waiting(1).answer(page('b', 0));
  await waiting(0).answer(page('old', 2));
  search.refresh('embedded');
  expect(titles()).toEqual(['old-0', 'old-1']);
  await client.last.answer(page('new', 1));
  expect(titles()).toEqual(['new-0']);
  search.choose('other', false);
  search.refresh('other');
  expect(asked()).toHaveLength(3);
});

test('429 twice, then results: the row waits each time and the items come', async () => {
  const busy = new ProblemError({
    code: 'catalogue_busy',
    detail: 'It asks to wait.',
    retry_after: 7
  });
  await waiting(1).answer(page('b', 0));
  await waiting(0).fail(busy);
  expect(state().rows[0]?.health).toMatchObject({
    kind: 'retrying',
    problem: { code: 'catalogue_busy' }
  });
  await clock.pass(6);
  expect(client.searches).toHaveLength(2);
  await clock.pass(1);
  await client.last.fail(busy);
  await clock.pass(7);
  await client.last.answer(page('at last', 1));
  expect(titles()).toEqual(['at last-0']);
});

test.each(['unavailable', 'timed_out', 'upstream', 'catalogue_busy', 'too_many'])(
  'how long to wait is a number, whatever the sentence of %s says',
  async code => {
    await waiting(0).fail(new ProblemError({ code, detail: 'Wait 3600 s.', retry_after: 5 }));
    await waiting(1).fail(new ProblemError({ code, detail: 'Wait 3600 s.' }));
    await clock.pass(3);
    expect(asked().slice(2)).toEqual(['other']);
    await clock.pass(2);
    expect(asked().slice(2)).toEqual(['other', 'embedded']);
  }
);

test('a pause that is too long is left to the person', async () => {
  const busy = new ProblemError({ code: 'catalogue_busy', detail: 'Busy.', retry_after: 3600 });
  await waiting(0).fail(busy);
  expect(state().rows[0]?.health.kind).toBe('failed');
});

test('only what a link or a saved search names is searched, once it is listed', async () => {
  const linked = new CatalogueSearch(client, clock);
  linked.chooseOnly(['other']);
  await linked.load();
  expect(client.searches.slice(2).map(each => each.query.catalogue)).toEqual(['other']);
  linked.chooseOnly([]);
  expect(linked.notChosen).toEqual([]);
  linked.chooseOnly(['gone for ever']);
  expect(linked.notChosen).toEqual([]);
});

test('a restored search brings as many pages as there were, and the selected row', async () => {
  search.expect(3, 'kept');
  const before = client.searches.length;
  await search.load();
  const [first, second] = client.searches.slice(before);
  await second?.answer(page('b', 0));
  await first?.answer(page('a', 1, { next: 'a2' }));
  await settled();
  expect(client.last.query.page).toBe('a2');
  await client.last.answer(page('a2', 1, { next: 'a3' }));
  expect(client.last.query.page).toBe('a3');
  await client.last.answer(page('a3', 1, { next: 'a4' }));
  expect(client.searches).toHaveLength(before + 4);
  expect(state().selected).toBe('kept');
});

test('a cleared form can be brought back', async () => {
  search.search({ ...EMPTY_FORM, words: 'ice' });
  search.clear();
  expect(state().form).toEqual(EMPTY_FORM);
  search.restoreCleared();
  expect(state().form.words).toBe('ice');
  expect(client.last.query.words).toBe('ice');
  search.clear();
  search.clear();
  search.restoreCleared();
  expect(state().form).toEqual(EMPTY_FORM);
});
