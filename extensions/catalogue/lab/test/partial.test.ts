import { MOST_ATTEMPTS } from '@eohub/toolkit/lib/backoff';
import { beforeEach, describe, expect, test } from 'vitest';
import { EMPTY_FORM } from '../src/form';
import { CatalogueSearch } from '../src/search';
import { hasMore } from '../src/state';
import { EMBEDDED, FakeClient, FakeClock, OTHER, page, settled } from './fakes';

const LATE = { code: 'timed_out', detail: 'It is late.', hint: null, retry_after: null };
const BUSY = { code: 'catalogue_busy', detail: 'It asks to wait.', hint: null, retry_after: 2 };

let client: FakeClient;
let clock: FakeClock;
let search: CatalogueSearch;

beforeEach(async () => {
  client = new FakeClient();
  clock = new FakeClock();
  search = new CatalogueSearch(client, clock);
  await search.load();
});

const row = () => search.store.get().rows[0];
const titles = () => search.store.get().found.map(each => each.item.id);
const pagesAsked = () => client.searches.map(each => each.query.page);

describe('a search that was ended by its deadline', () => {
  beforeEach(async () => {
    await client.last.answer(page('a', 2, { next: 'rest', ended_by: LATE }));
  });

  test('says so, keeps what was found, and asks for nothing by itself', async () => {
    expect(row()).toMatchObject({ health: { kind: 'partial', problem: LATE, at: null }, shown: 2 });
    expect(titles()).toEqual(['a-0', 'a-1']);
    expect(search.store.get().announcement).toBe('2 items');
    search.probe();
    await clock.pass(60);
    expect([clock.waiting, pagesAsked(), client.probes]).toEqual([0, [null], []]);
    expect(row()?.health.kind).toBe('partial');
  });

  test.each([
    ['more', () => search.more()],
    ['the arrow of its row', () => search.retry('embedded')]
  ])('goes on where it ended by %s', async (_, go) => {
    expect(hasMore(search.store.get())).toBe(true);
    go();
    expect(pagesAsked()).toEqual([null, 'rest']);
    await client.last.answer(page('b', 1));
    expect(titles()).toEqual(['a-0', 'a-1', 'b-0']);
    expect(row()).toMatchObject({ health: { kind: 'ok' }, shown: 3 });
  });
});

describe('a catalogue that wants rest half-way', () => {
  const answer = () => client.last.answer(page('a', 1, { next: 'rest', ended_by: BUSY }));

  test('waits in sight, with what was found, and goes on by itself', async () => {
    await answer();
    expect(row()?.health).toEqual({ kind: 'partial', problem: BUSY, at: clock.now() + 2000 });
    expect(titles()).toEqual(['a-0']);
    expect(hasMore(search.store.get())).toBe(false);
    await clock.pass(2);
    expect(pagesAsked()).toEqual([null, 'rest']);
    await client.last.answer(page('b', 1));
    expect(row()?.health.kind).toBe('ok');
  });

  test('is asked a bounded number of times, and then by the person', async () => {
    for (let asked = 0; asked < MOST_ATTEMPTS; asked += 1) {
      await answer();
      await clock.pass(2);
    }
    await answer();
    expect(row()?.health).toMatchObject({ kind: 'partial', at: null });
    await clock.pass(60);
    expect(client.searches).toHaveLength(MOST_ATTEMPTS + 1);
    expect(hasMore(search.store.get())).toBe(true);
  });

  test.each([
    ['stopped', () => search.cancel()],
    ['left out', () => search.choose('embedded', false)]
  ])('is asked no more where it is %s', async (_, end) => {
    await answer();
    end();
    await clock.pass(60);
    expect([clock.waiting, client.searches.length]).toEqual([0, 1]);
  });
});

test('why nothing was found is looked for once nothing comes by itself any more', async () => {
  client.sources = [EMBEDDED];
  const form = { ...EMPTY_FORM, words: 'ice', from: '2020-01-01' };
  search.search(form);
  await client.last.answer(page('a', 0, { next: 'rest', ended_by: BUSY }));
  await settled();
  expect(client.searches).toHaveLength(2);
  await clock.pass(2);
  await client.last.answer(page('a', 0, { next: 'more', ended_by: LATE }));
  await settled();
  expect(client.searches.slice(3).map(each => each.query.limit)).toEqual([1, 1]);
});

test('the others go on beside one that has timed out', async () => {
  client.sources = [EMBEDDED, OTHER];
  await search.load();
  const [first, second] = client.searches.slice(-2);
  await first?.answer(page('a', 1, { next: 'rest', ended_by: LATE }));
  await second?.answer(page('b', 1, { next: 'b2' }));
  search.more();
  expect(pagesAsked().slice(-2)).toEqual(['rest', 'b2']);
});
