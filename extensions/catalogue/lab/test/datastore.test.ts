import { ProblemError } from '@eohub/toolkit/lib/problem';
import { beforeEach, describe, expect, test } from 'vitest';
import { CatalogueSearch } from '../src/search';
import { EMPTY_FORM } from '../src/form';
import { AWAY, FakeClient, FakeClock, item, page, settled } from './fakes';

const URL = 'http://127.0.0.1:8006';

let client: FakeClient;
let clock: FakeClock;
let search: CatalogueSearch;

beforeEach(() => {
  client = new FakeClient();
  client.storeUrl = URL;
  clock = new FakeClock();
  search = new CatalogueSearch(client, clock);
});

const row = () => search.store.get().dataStore;

async function opened(): Promise<void> {
  await search.load();
  await client.last.answer(page('a', 2));
}

test('has a row as soon as the panel is opened', async () => {
  await opened();
  expect(row()).toEqual({ url: URL, health: { kind: 'ok' } });
});

describe('where none is configured', () => {
  test('there is no row, and nobody asks again unless the panel is loaded again', async () => {
    client.storeUrl = null;
    await opened();
    expect(row()).toBeNull();
    search.probe();
    search.search(EMPTY_FORM);
    expect(client.storesAsked).toBe(1);
    client.storeUrl = URL;
    await search.load();
    expect(row()?.health.kind).toBe('ok');
  });
});

describe('a store that is away', () => {
  test('is noticed when the panel is opened, though its address is not known yet', async () => {
    client.storeFault = AWAY;
    await opened();
    expect(row()).toMatchObject({
      url: null,
      health: { kind: 'retrying', at: clock.now() + 2000 }
    });
  });

  test.each([
    ['a look from time to time', () => search.probe()],
    ['a search', () => search.search(EMPTY_FORM)],
    ['inserting code', () => void search.insert(item(), 'key', async () => 'a.ipynb')]
  ])('is noticed by %s', async (_, act) => {
    await opened();
    client.storeFault = AWAY;
    act();
    await settled();
    expect(row()).toMatchObject({ url: URL, health: { kind: 'retrying', problem: AWAY.problem } });
  });

  test('is found again without a reload', async () => {
    await opened();
    client.storeFault = AWAY;
    search.probe();
    await settled();
    await clock.pass(2);
    expect(row()?.health).toMatchObject({ kind: 'retrying', at: clock.now() + 4000 });
    client.storeFault = null;
    await clock.pass(4);
    expect(row()?.health.kind).toBe('ok');
    expect(clock.waiting).toBe(0);
  });

  test('is not tried for ever, and tried again when a person or the next look asks', async () => {
    client.storeFault = AWAY;
    await opened();
    await clock.pass(1000);
    expect(client.storesAsked).toBe(9);
    expect(row()?.health.kind).toBe('failed');
    search.probe();
    await settled();
    expect(row()?.health.kind).toBe('retrying');
  });

  test('can be tried at once by hand, and only once', async () => {
    client.storeFault = AWAY;
    await opened();
    client.storeFault = null;
    search.dataStore.ask();
    await settled();
    expect(row()?.health.kind).toBe('ok');
    await clock.pass(60);
    expect(client.storesAsked).toBe(2);
  });

  test('disturbs neither the search nor the code', async () => {
    client.storeFault = AWAY;
    await opened();
    search.search(EMPTY_FORM);
    await client.last.answer(page('b', 1));
    expect(search.store.get().rows[0]?.health.kind).toBe('ok');
    await search.insert(item(), 'key', async () => 'Untitled.ipynb');
    expect(client.codes).toHaveLength(1);
  });

  test('goes on being tried during searches, without a second attempt beside the first', async () => {
    client.storeFault = AWAY;
    await opened();
    search.search(EMPTY_FORM);
    search.cancel();
    search.probe();
    expect(client.storesAsked).toBe(1);
    await clock.pass(2);
    expect(client.storesAsked).toBe(2);
  });
});

describe('another fault', () => {
  test.each(['server_unreachable', 'extension_missing', 'invalid', 'internal'])(
    'of code %s makes no row for a store of which nothing is known',
    async code => {
      client.storeFault = new ProblemError({ code, detail: 'Something else.' });
      await opened();
      expect(row()).toBeNull();
      expect(clock.waiting).toBe(0);
      client.storeFault = null;
      search.probe();
      await settled();
      expect(row()?.health.kind).toBe('ok');
    }
  );

  test('is told in the row of a store that was there', async () => {
    await opened();
    client.storeFault = new ProblemError({ code: 'internal', detail: 'Something else.' });
    search.probe();
    await settled();
    expect(row()?.health).toMatchObject({ kind: 'failed', problem: { detail: 'Something else.' } });
  });
});
