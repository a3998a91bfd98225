import { ProblemError } from '@eohub/toolkit/lib/problem';
import { beforeEach, describe, expect, test } from 'vitest';
import { CatalogueSearch } from '../src/search';
import { EMPTY_FORM } from '../src/form';
import { isPending } from '../src/state';
import { AWAY, EMBEDDED, FakeClient, FakeClock, item, OTHER, page, settled } from './fakes';

const FORM = { ...EMPTY_FORM, words: 'ice', from: '2020-01-01', to: '2020-12-31' };

let client: FakeClient;
let clock: FakeClock;
let search: CatalogueSearch;

beforeEach(() => {
  client = new FakeClient();
  clock = new FakeClock();
  search = new CatalogueSearch(client, clock);
});

const state = () => search.store.get();
const health = (index = 0) => state().rows[index]?.health.kind;
const ids = () => state().found.map(each => each.item.id);

describe('a search', () => {
  test('starts as soon as the catalogues are known', async () => {
    await search.load();
    expect(client.last.query).toMatchObject({
      catalogue: 'embedded',
      words: '',
      start: null,
      end: null,
      limit: 20,
      page: null
    });
    await client.last.answer(page('a', 3, { matched: 3 }));
    expect(ids()).toEqual(['a-0', 'a-1', 'a-2']);
    expect(state().rows[0]).toMatchObject({ shown: 3, matched: 3, answered: true });
    expect(state().announcement).toBe('3 items');
  });

  test('carries words, dates and the page size', async () => {
    search.pageSize = 50;
    await search.load();
    search.search(FORM);
    expect(client.last.query).toMatchObject({
      words: 'ice',
      start: '2020-01-01',
      end: '2020-12-31',
      limit: 50
    });
  });

  test('supersedes an older one, whose answer is dropped', async () => {
    await search.load();
    const old = client.last;
    search.search(FORM);
    expect(old.signal.aborted).toBe(true);
    await client.last.answer(page('new', 1));
    await old.answer(page('old', 1));
    expect(ids()).toEqual(['new-0']);
  });

  test('keeps the old items in view until the new ones are here', async () => {
    await search.load();
    await client.last.answer(page('old', 2));
    search.search(FORM);
    expect(ids()).toEqual(['old-0', 'old-1']);
    await client.last.answer(page('new', 1));
    expect(ids()).toEqual(['new-0']);
  });

  test('does not leave the items of an older one when it fails', async () => {
    await search.load();
    await client.last.answer(page('old', 2));
    search.search(FORM);
    await client.last.fail(AWAY);
    expect(ids()).toEqual([]);
  });

  test('follows what is picked, once for several things, and not what is typed', async () => {
    await search.load();
    search.edit({ ...EMPTY_FORM, words: 'ice' });
    await clock.pass(5);
    expect(isPending(state())).toBe(true);
    search.pick({ ...state().form, collections: ['a'] });
    search.pick({ ...state().form, collections: ['a', 'b'] });
    expect(client.searches).toHaveLength(1);
    await clock.pass(1);
    expect(client.searches).toHaveLength(2);
    expect(client.last.query).toMatchObject({ words: 'ice', collections: ['a', 'b'] });
    expect(isPending(state())).toBe(false);
  });

  test('in another order is of what was picked before too', async () => {
    await search.load();
    search.pick({ ...EMPTY_FORM, collections: ['a'] });
    search.sort('oldest');
    expect(client.last.query).toMatchObject({ collections: ['a'], sort: 'oldest' });
    await clock.pass(5);
    expect(client.searches).toHaveLength(2);
    expect(isPending(state())).toBe(false);
    search.edit({ ...state().form, words: 'ice' });
    search.sort('id');
    expect(client.last.query).toMatchObject({ words: '', sort: 'id' });
    expect(isPending(state())).toBe(true);
  });

  test('that is stopped is not begun again by what was picked before', async () => {
    await search.load();
    search.pick({ ...EMPTY_FORM, collections: ['a'] });
    search.cancel();
    await clock.pass(5);
    expect(client.searches).toHaveLength(1);
  });

  test('that is asked for by hand is not repeated for what was picked before', async () => {
    await search.load();
    search.pick({ ...EMPTY_FORM, collections: ['a'] });
    search.search(state().form);
    await clock.pass(5);
    expect(client.searches).toHaveLength(2);
  });

  test('with swapped dates is not asked', async () => {
    await search.load();
    search.search({ ...FORM, from: '2021-01-01' });
    expect(client.searches).toHaveLength(1);
    expect(state().form.from).toBe('2021-01-01');
  });

  test('can be stopped', async () => {
    await search.load();
    const asked = client.last;
    search.cancel();
    await settled();
    expect(asked.signal.aborted).toBe(true);
    expect(health()).toBe('stopped');
    search.retry('embedded');
    expect(health()).toBe('asking');
  });

  test('can be repeated without what found nothing', async () => {
    await search.load();
    search.search(FORM);
    search.searchWithout('time');
    expect(client.last.query).toMatchObject({ words: 'ice', start: null, end: null });
    search.search(FORM);
    search.searchWithout('words');
    expect(client.last.query).toMatchObject({ words: '', start: '2020-01-01' });
  });
});

describe('the next page', () => {
  test('is added below, once', async () => {
    await search.load();
    await client.last.answer(page('a', 20, { next: 'marker' }));
    search.more();
    search.more();
    expect(client.searches).toHaveLength(2);
    expect(client.last.query.page).toBe('marker');
    await client.last.answer(page('b', 5));
    expect(state().found).toHaveLength(25);
    expect(state().rows[0]).toMatchObject({ shown: 25, next: null });
    search.more();
    expect(client.searches).toHaveLength(2);
  });

  test('that fails is tried again and leaves what is there', async () => {
    await search.load();
    await client.last.answer(page('a', 20, { next: 'marker' }));
    search.more();
    await client.last.fail(AWAY);
    expect(state().found).toHaveLength(20);
    expect(health()).toBe('retrying');
    await clock.pass(2);
    expect(client.last.query.page).toBe('marker');
    await client.last.answer(page('b', 1));
    expect(state().found).toHaveLength(21);
  });
});

describe('a catalogue that is away', () => {
  test('is tried again after growing pauses, and found without a reload', async () => {
    await search.load();
    await client.last.fail(AWAY);
    expect(state().rows[0]?.health).toMatchObject({ kind: 'retrying', at: clock.now() + 2000 });
    await clock.pass(2);
    await client.last.fail(AWAY);
    await clock.pass(3.9);
    expect(client.searches).toHaveLength(2);
    await clock.pass(0.1);
    await client.last.answer(page('back', 1));
    expect(health()).toBe('ok');
    expect(ids()).toEqual(['back-0']);
  });

  test('is not tried for ever', async () => {
    await search.load();
    for (let attempt = 0; attempt < 9; attempt += 1) {
      await client.last.fail(AWAY);
      await clock.pass(10);
    }
    expect(health()).toBe('failed');
    expect(clock.waiting).toBe(0);
    expect(client.searches).toHaveLength(9);
  });

  test('can be tried at once by hand, and only once', async () => {
    await search.load();
    await client.last.fail(AWAY);
    search.retry('embedded');
    expect(client.searches).toHaveLength(2);
    await clock.pass(60);
    expect(client.searches).toHaveLength(2);
  });

  test('does not disturb another one', async () => {
    client.sources = [EMBEDDED, OTHER];
    await search.load();
    const [first, second] = client.searches;
    await first?.fail(AWAY);
    await second?.answer(page('other', 2));
    expect([health(0), health(1)]).toEqual(['retrying', 'ok']);
    expect(ids()).toEqual(['other-0', 'other-1']);
  });

  test('is forgotten by a new search', async () => {
    await search.load();
    await client.last.fail(AWAY);
    search.search(FORM);
    await clock.pass(60);
    expect(client.searches).toHaveLength(2);
  });

  test('that refuses the search is not tried again by itself', async () => {
    await search.load();
    await client.last.fail(new ProblemError({ code: 'catalogue_refused', detail: 'No.' }));
    expect(health()).toBe('failed');
    expect(clock.waiting).toBe(0);
  });
});

describe('a look from time to time', () => {
  test('notices that a catalogue has gone and that it is back', async () => {
    await search.load();
    await client.last.answer(page('a', 1));
    client.probeFault = AWAY;
    search.probe();
    await settled();
    expect(health()).toBe('retrying');
    expect(ids()).toEqual(['a-0']);
    client.probeFault = null;
    await clock.pass(2);
    expect(health()).toBe('ok');
    expect(client.searches).toHaveLength(1);
  });

  test('repeats the search of a catalogue that never answered it', async () => {
    await search.load();
    await client.last.fail(new ProblemError({ code: 'catalogue_broken', detail: 'No STAC.' }));
    search.probe();
    expect(client.searches).toHaveLength(2);
  });
});

describe('the list of catalogues', () => {
  test('is asked again while the server is away', async () => {
    const code = 'server_stopped';
    client.listFault = new ProblemError({ code, detail: 'Away.' });
    await search.load();
    expect(state().problem?.detail).toBe('Away.');
    client.listFault = null;
    await clock.pass(2);
    expect(state().problem).toBeNull();
    expect(state().rows).toHaveLength(1);
  });

  test('is not asked again where a setting is wrong', async () => {
    client.listFault = new ProblemError({ code: 'invalid', detail: 'A setting is wrong.' });
    await search.load();
    expect(state().problem?.detail).toBe('A setting is wrong.');
    expect(clock.waiting).toBe(0);
  });
});

describe('inserting code', () => {
  const insert = (place = async () => 'Untitled.ipynb') => search.insert(item(), 'key', place);

  test('asks for the code of the item and tells where it went', async () => {
    await search.load();
    await insert();
    expect(client.codes).toEqual([{ catalogue: 'embedded', collection: 'climate', item: 'a1b' }]);
    expect(state().announcement).toBe('Code inserted into Untitled.ipynb');
    expect(state().inserting).toBeNull();
  });

  test('marks the catalogue when it is away, and tells the caller', async () => {
    await search.load();
    await client.last.answer(page('a', 1));
    client.codeFault = AWAY;
    await expect(insert()).rejects.toBe(AWAY);
    expect(health()).toBe('retrying');
    expect(state().inserting).toBeNull();
  });

  test('takes the code that others write, where somebody does', async () => {
    await search.load();
    const placed: string[] = [];
    await search.insert(
      item(),
      'key',
      async source => `${placed.push(source)}.ipynb`,
      async asked => `open ${asked.item}`
    );
    expect(placed).toEqual(['open a1b']);
    expect(client.codes).toEqual([]);
  });

  test('happens once at a time', async () => {
    await search.load();
    await Promise.all([insert(), insert()]);
    expect(client.codes).toHaveLength(1);
  });

  test('knows the selected item', async () => {
    await search.load();
    await client.last.answer(page('a', 2));
    search.select(state().found[1]?.key ?? null);
    expect(search.selected()?.id).toBe('a-1');
    search.select(null);
    expect(search.selected()).toBeNull();
  });
});
