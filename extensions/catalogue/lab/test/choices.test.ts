import { beforeEach, describe, expect, test } from 'vitest';
import { Collections } from '../src/collections';
import { Queryables } from '../src/queryables';
import type { CatalogueSource, Queryable } from '../src/tokens';
import { AWAY, collection, EMBEDDED, FakeClient, FakeClock, OTHER, settled } from './fakes';

let client: FakeClient;
let clock: FakeClock;
let chosen: CatalogueSource[];

beforeEach(() => {
  client = new FakeClient();
  clock = new FakeClock();
  chosen = [EMBEDDED, OTHER];
});

function pageOf(catalogue: string, ids: readonly string[], next: string | null = null) {
  const collections = ids.map(id => collection(catalogue, id));
  return { collections, next, matched: null, note: null };
}

describe('collections', () => {
  let collections: Collections;
  const options = () => collections.store.get().options;

  beforeEach(() => {
    collections = new Collections(client, () => chosen, clock);
  });

  test('are those of all chosen catalogues; one that two have is one option', async () => {
    client.collectionPages.set('embedded', pageOf('embedded', ['ice', 'snow']));
    client.collectionPages.set('other', pageOf('other', ['ice']));
    await collections.offer('');
    expect(options().map(each => [each.id, each.catalogues])).toEqual([
      ['ice', ['EOHub', 'Other']],
      ['snow', ['EOHub']]
    ]);
    chosen = [OTHER];
    await collections.offer('');
    expect(options().map(each => each.id)).toEqual(['ice']);
  });

  test('are asked for once somebody stops to type', async () => {
    collections.type('s');
    collections.type('sn');
    collections.type('snow');
    expect(collections.store.get()).toMatchObject({ words: 'snow', asking: true });
    await clock.pass(0.2);
    expect(client.collectionQueries).toEqual([]);
    await clock.pass(0.1);
    expect(client.collectionQueries.map(each => [each.catalogue, each.words])).toEqual([
      ['embedded', 'snow'],
      ['other', 'snow']
    ]);
    expect(collections.store.get().asking).toBe(false);
  });

  test('come page by page, of the catalogues that have more', async () => {
    client.collectionPages.set('embedded', pageOf('embedded', ['a'], 'next'));
    client.collectionPages.set('other', pageOf('other', ['b']));
    await collections.offer('');
    expect(collections.store.get().more).toBe(true);
    client.collectionPages.set('embedded', pageOf('embedded', ['c']));
    await collections.more();
    expect(client.collectionQueries.slice(2)).toEqual([
      { catalogue: 'embedded', words: '', page: 'next' }
    ]);
    expect(options().map(each => each.id)).toEqual(['a', 'b', 'c']);
    expect(collections.store.get().more).toBe(false);
  });

  test('of a catalogue that fails are missed aloud', async () => {
    client.collectionFaults.set('other', AWAY);
    client.collectionPages.set('embedded', pageOf('embedded', ['a']));
    await collections.offer('');
    expect(options()).toHaveLength(1);
    expect(collections.store.get().notes).toEqual([
      'Other lists no collections: It cannot be reached.'
    ]);
  });

  test('that are gone are not offered any more', async () => {
    client.collectionPages.set('embedded', pageOf('embedded', ['a']));
    await collections.offer('');
    client.collectionPages.clear();
    await collections.offer('nothing of this name');
    expect(options()).toEqual([]);
  });
});

describe('queryables', () => {
  const queryable = (name: string, changes: Partial<Queryable> = {}): Queryable => ({
    name,
    title: name,
    type: 'number',
    values: [],
    minimum: null,
    maximum: null,
    unit: null,
    ...changes
  });
  let queryables: Queryables;
  let listings = 1;
  const offered = () => queryables.store.get().queryables;

  beforeEach(() => {
    queryables = new Queryables(
      client,
      () => chosen,
      () => listings
    );
  });

  test('of several catalogues are one list, with limits and values that fit all of them', async () => {
    client.queryableLists.set('embedded', {
      learned: false,
      queryables: [
        queryable('gsd', { minimum: 10, maximum: 60, unit: 'm' }),
        queryable('platform', { type: 'string', values: ['a', 'b'] })
      ]
    });
    client.queryableLists.set('other', {
      learned: true,
      queryables: [
        queryable('gsd', { minimum: 5, maximum: 30 }),
        queryable('platform', { type: 'string', values: ['b', 'c'] })
      ]
    });
    await queryables.offer([]);
    expect(offered()).toEqual([
      queryable('gsd', { minimum: 5, maximum: 60, unit: 'm' }),
      queryable('platform', { type: 'string', values: ['a', 'b', 'c'] })
    ]);
  });

  test('of two types are text, and limits that one does not tell are none', async () => {
    client.queryableLists.set('embedded', {
      learned: false,
      queryables: [queryable('x', { minimum: 1 })]
    });
    client.queryableLists.set('other', {
      learned: false,
      queryables: [queryable('x', { type: 'string', values: ['1'] })]
    });
    await queryables.offer([]);
    expect(offered()).toEqual([queryable('x', { type: 'string' })]);
  });

  test('are asked for once, of a few collections at most', async () => {
    await queryables.offer(['a', 'b']);
    await queryables.offer(['b', 'a']);
    expect(client.queryablesAsked).toHaveLength(4);
    await queryables.offer(['1', '2', '3', '4', '5', '6', '7']);
    expect(client.queryablesAsked).toHaveLength(14);
  });

  test('are asked for anew once the catalogues were listed anew', async () => {
    chosen = [EMBEDDED];
    await queryables.offer([]);
    client.queryableLists.set('embedded', { learned: false, queryables: [queryable('new')] });
    await queryables.offer([]);
    expect(offered()).toEqual([]);
    listings += 1;
    await queryables.offer([]);
    expect(offered()).toEqual([queryable('new')]);
    expect(client.queryablesAsked).toHaveLength(2);
  });

  test('that were asked for in an earlier listing end with it, and not with another choice', async () => {
    await queryables.offer([]);
    await queryables.offer(['a']);
    const before = [...client.signals];
    expect(before.some(each => each.aborted)).toBe(false);
    listings += 1;
    await queryables.offer([]);
    expect(before.every(each => each.aborted)).toBe(true);
    expect(client.signals.at(-1)?.aborted).toBe(false);
  });

  test('that could not be had are said, and asked for again', async () => {
    chosen = [EMBEDDED];
    client.queryablesFault = AWAY;
    await queryables.offer([]);
    expect(queryables.store.get().notes).toEqual(['EOHub: It cannot be reached.']);
    client.queryablesFault = null;
    await queryables.offer([]);
    await settled();
    expect(queryables.store.get().notes).toEqual([]);
    expect(client.queryablesAsked).toHaveLength(2);
  });
});
