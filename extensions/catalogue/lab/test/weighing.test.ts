import { beforeEach, describe, expect, test } from 'vitest';
import { CatalogueSearch } from '../src/search';
import { EMPTY_FORM } from '../src/form';
import { AWAY, collection, EMBEDDED, FakeClient, FakeClock, OTHER, page } from './fakes';

const FORM = { ...EMPTY_FORM, words: 'ice', from: '2020-01-01', to: '2020-12-31' };
let client: FakeClient;
let clock: FakeClock;
let search: CatalogueSearch;

const state = () => search.store.get();

beforeEach(() => {
  client = new FakeClient();
  clock = new FakeClock();
  search = new CatalogueSearch(client, clock);
});

describe('several filters that find nothing', () => {
  const nothing = async () => {
    await search.load();
    search.search(FORM);
    await client.last.answer(page('none', 0));
  };
  const answerWithout = async (words: number, dates: number) => {
    const [withoutWords, withoutDates] = client.searches.slice(-2);
    expect(withoutWords?.query).toMatchObject({ words: '', start: '2020-01-01', limit: 1 });
    expect(withoutDates?.query).toMatchObject({ words: 'ice', start: null, end: null, limit: 1 });
    await withoutWords?.answer(page('w', words));
    await withoutDates?.answer(page('d', dates));
  };

  test.each([
    [0, 1, ['time']],
    [1, 0, ['words']],
    [1, 1, ['words', 'time']],
    [0, 0, []]
  ])('are weighed: %i without words and %i without dates', async (words, dates, decisive) => {
    await nothing();
    expect(state().explanation).toBeNull();
    await answerWithout(words, dates);
    expect(state().explanation).toEqual({ decisive, unknown: [] });
    expect(state().found).toEqual([]);
  });

  test('lead to the collections that their words name, asked for once', async () => {
    const collections = [collection('embedded', 'ice', 'Sea ice')];
    client.collectionPages.set('embedded', { collections, next: null, matched: null, note: null });
    await search.load();
    search.search({ ...FORM, from: '', to: '' });
    await client.last.answer(page('none', 0));
    expect(state().named).toEqual([{ id: 'ice', title: 'Sea ice' }]);
    search.retry('embedded');
    await client.last.answer(page('none', 0));
    expect(client.collectionQueries).toHaveLength(1);
    search.search(FORM);
    expect(state().named).toEqual([]);
  });

  test('are not weighed where one alone is there, or something was found', async () => {
    await search.load();
    await client.last.answer(page('none', 0));
    search.search({ ...FORM, words: ' ' });
    await client.last.answer(page('none', 0));
    search.search(FORM);
    await client.last.answer(page('a', 1));
    expect(client.searches).toHaveLength(3);
  });

  test('are forgotten by the next search, also while they are weighed', async () => {
    await nothing();
    const waiting = client.searches.slice(-2);
    search.search({ ...FORM, words: 'snow' });
    expect(waiting.every(each => each.signal.aborted)).toBe(true);
    await client.last.answer(page('a', 1));
    expect(state().explanation).toBeNull();
  });

  test('are weighed once, however often another catalogue is tried again', async () => {
    client.sources = [EMBEDDED, OTHER];
    await search.load();
    search.search(FORM);
    await client.searches.at(-2)?.answer(page('none', 0));
    await client.last.fail(AWAY);
    await answerWithout(0, 1);
    const asked = client.searches.length;
    await clock.pass(2);
    expect(client.searches).toHaveLength(asked + 1);
    await client.last.fail(AWAY);
    expect(client.searches).toHaveLength(asked + 1);
    expect(state().explanation?.decisive).toEqual(['time']);
  });

  test('are weighed once, also where another catalogue fails again meanwhile', async () => {
    client.sources = [EMBEDDED, OTHER];
    await search.load();
    search.search(FORM);
    await client.searches.at(-2)?.answer(page('none', 0));
    await client.last.fail(AWAY);
    const weighing = client.searches.slice(-2);
    await clock.pass(2);
    const asked = client.searches.length;
    await client.last.fail(AWAY);
    expect(client.searches).toHaveLength(asked);
    for (const each of weighing) {
      await each.answer(page('x', 1));
    }
    expect(state().explanation?.decisive).toEqual(['words', 'time']);
  });

  test('are weighed anew once another catalogue has answered too', async () => {
    client.sources = [EMBEDDED, OTHER];
    await search.load();
    search.search(FORM);
    await client.searches.at(-2)?.answer(page('none', 0));
    await client.last.fail(AWAY);
    await answerWithout(0, 0);
    await clock.pass(2);
    await client.last.answer(page('none', 0));
    await answerWithout(0, 0);
    const inOther = client.searches.slice(-2);
    expect(inOther.map(each => each.query.catalogue)).toEqual(['other', 'other']);
    for (const each of inOther) {
      await each.answer(page('x', 1));
    }
    expect(state().explanation?.decisive).toEqual(['words', 'time']);
  });

  test('are no trouble where a catalogue goes meanwhile', async () => {
    await nothing();
    for (const waiting of client.searches.slice(-2)) {
      await waiting.fail(AWAY);
    }
    expect(state().explanation).toEqual({ decisive: [], unknown: ['words', 'time'] });
    expect(state().rows[0]?.health.kind).toBe('ok');
  });
});
