import { ProblemError } from '@eohub/toolkit/lib/problem';
import { beforeEach, describe, expect, test } from 'vitest';
import { labAddress } from '../src/address';
import { EMPTY_FORM } from '../src/form';
import { Freezing } from '../src/freezing';
import { Pause } from '../src/pause';
import { Registry } from '../src/registry';
import { SavedThings } from '../src/saved';
import { CatalogueSearch } from '../src/search';
import {
  AWAY,
  EMBEDDED,
  FakeClient,
  FakeClock,
  NO_INDEX,
  OTHER,
  page,
  settled,
  source
} from './fakes';

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

const spoken = () => search.store.get().announcement;

describe('catalogues of one’s own', () => {
  let registry: Registry;
  beforeEach(() => {
    registry = new Registry(client, search, clock);
  });

  test('are added by their address, listed, and searched at once', async () => {
    expect(await registry.add(' https://mine.example/ ')).toBe(true);
    await settled();
    expect(client.added).toEqual([{ address: 'https://mine.example/', title: null }]);
    expect(search.store.get().rows.map(row => row.source.id)).toEqual([
      'embedded',
      'other',
      'own-1'
    ]);
    expect(client.last.query.catalogue).toBe('own-1');
    expect(registry.store.get()).toMatchObject({ adding: false, problem: null, added: 'own-1' });
    expect(spoken()).toBe('Its own title is added');
  });

  test('that cannot be added are told why', async () => {
    client.addFault = AWAY;
    expect(await registry.add('https://mine.example/')).toBe(false);
    expect(registry.store.get()).toMatchObject({ adding: false, problem: AWAY.problem });
    expect(search.store.get().rows).toHaveLength(2);
  });

  test('are asked for nothing any more once they are removed, and anew once they are back', async () => {
    await registry.add('https://mine.example/', 'Mine');
    const mine = search.store.get().rows[2]?.source ?? source();
    client.indexes.set(mine.id, { ...NO_INDEX, state: 'building' });
    await registry.build(mine.id);
    await clock.pass(1);
    const before = [...client.signals];
    expect(before.map(each => each.aborted)).toEqual([false, false]);
    await registry.remove(mine);
    expect(before.every(each => each.aborted)).toBe(true);
    await registry.restore();
    expect(client.signals.slice(before.length).some(each => each.aborted)).toBe(false);
    expect(registry.store.get().problem).toBeNull();
  });

  test('are removed, and brought back', async () => {
    await registry.add('https://mine.example/', 'Mine');
    const mine = search.store.get().rows[2]?.source ?? source();
    await registry.remove(mine);
    expect(client.removed).toEqual(['own-1']);
    expect(search.store.get().rows).toHaveLength(2);
    await registry.restore();
    expect(client.added.at(-1)).toEqual({ address: 'https://mine.example/', title: 'Mine' });
    expect(search.store.get().rows).toHaveLength(3);
    expect(registry.store.get().removed).toBeNull();
  });

  test('are asked once what they can do', async () => {
    registry.look();
    await settled();
    registry.look();
    expect(client.probes).toEqual(['embedded', 'other']);
    expect(registry.store.get().states['other']?.abilities.words).toBe('there');
  });
});

describe('the index of a catalogue', () => {
  let registry: Registry;
  const index = () => registry.store.get().states['embedded']?.index;

  beforeEach(async () => {
    registry = new Registry(client, search, clock);
    client.indexes.set('embedded', NO_INDEX);
    registry.look();
    await settled();
  });

  test('is built with progress, and searched when it is ready', async () => {
    const before = client.searches.length;
    await registry.build('embedded');
    expect(index()?.state).toBe('building');
    client.indexes.set('embedded', { ...NO_INDEX, state: 'building', documents: 7, total: 20 });
    await clock.pass(1);
    expect(index()).toMatchObject({ documents: 7, total: 20 });
    expect(client.searches).toHaveLength(before);
    client.indexes.set('embedded', { ...NO_INDEX, state: 'ready', items: 15 });
    await clock.pass(1);
    expect(index()?.state).toBe('ready');
    expect(client.searches.slice(before).map(each => each.query.catalogue)).toEqual(['embedded']);
    expect(clock.waiting).toBe(0);
    expect(spoken()).toBe('The index is ready');
  });

  test('that a search has built by itself is noticed', async () => {
    client.indexes.set('embedded', { ...NO_INDEX, state: 'ready', items: 3 });
    await client.searches[0]?.answer(page('a', 3));
    expect(index()).toMatchObject({ state: 'ready', items: 3 });
    expect(clock.waiting).toBe(0);
  });

  test('is followed on after a look that failed, which is not said while it may pass', async () => {
    await registry.build('embedded');
    client.indexFault = AWAY;
    await clock.pass(4);
    expect(registry.store.get().problem).toBeNull();
    client.indexFault = null;
    client.indexes.set('embedded', { ...NO_INDEX, state: 'ready', items: 15 });
    await clock.pass(10);
    expect(index()?.state).toBe('ready');
    expect(clock.waiting).toBe(0);
  });

  test.each(['unavailable', 'unknown_catalogue'])('cannot be followed for ever: %s', async code => {
    await registry.build('embedded');
    client.indexFault = new ProblemError({ code, detail: 'Why.', hint: null });
    await clock.pass(300);
    expect(clock.waiting).toBe(0);
    expect(registry.store.get().problem?.code).toBe(code);
  });

  test('leaves what is said of another catalogue', async () => {
    await registry.build('embedded');
    client.addFault = AWAY;
    await registry.add('https://mine.example/');
    await clock.pass(5);
    expect(registry.store.get().problem).toEqual(AWAY.problem);
    expect(clock.waiting).toBe(1);
  });

  test('is followed no more when the catalogue is removed', async () => {
    await registry.build('embedded');
    await registry.remove(EMBEDDED);
    expect(clock.waiting).toBe(0);
    expect(index()).toBeUndefined();
  });

  test('can be stopped', async () => {
    await registry.build('embedded');
    await registry.stop('embedded');
    expect(index()?.state).toBe('stopped');
    expect(clock.waiting).toBe(0);
  });

  test('that is being built is followed when the list is opened again', async () => {
    client.indexes.set('other', { ...NO_INDEX, state: 'building' });
    const later = new Registry(client, search, clock);
    later.look();
    await settled();
    later.look();
    expect(clock.waiting).toBe(1);
  });
});

describe('saved things', () => {
  let saved: SavedThings;
  const FORM = { ...EMPTY_FORM, words: 'ice' };
  beforeEach(() => {
    saved = new SavedThings(client, search);
  });

  test('a search is kept as the form has it, with the catalogues where not all are chosen', async () => {
    search.edit(FORM);
    await saved.keepSearch(' mine ');
    expect(saved.store.get().searches).toMatchObject([
      { name: 'mine', criteria: { words: 'ice' }, catalogues: [] }
    ]);
    search.choose('other', false);
    await saved.keepSearch('mine');
    expect(saved.store.get().searches).toMatchObject([{ name: 'mine', catalogues: ['embedded'] }]);
    expect(spoken()).toBe('mine is saved');
  });

  test('a search is opened with its catalogues', async () => {
    search.edit(FORM);
    search.choose('embedded', false);
    await saved.keepSearch('mine');
    search.choose('embedded', true);
    search.search(EMPTY_FORM);
    const before = client.searches.length;
    const [mine] = saved.store.get().searches;
    if (mine) {
      saved.open(mine);
    }
    expect(
      client.searches.slice(before).map(each => [each.query.catalogue, each.query.words])
    ).toEqual([['other', 'ice']]);
  });

  test('what is deleted can be brought back', async () => {
    await saved.keepSearch('mine');
    await saved.keepPlace('Fiji', { area: { bbox: [1, 2, 3, 4], geometry: null }, label: 'x' });
    expect(search.store.get().form.area?.label).toBe('Fiji');
    const { searches, places } = saved.store.get();
    for (const each of searches) {
      await saved.forgetSearch(each);
    }
    expect(saved.store.get()).toMatchObject({ searches: [], forgotten: { name: 'mine' } });
    await saved.restore();
    expect(saved.store.get().searches).toHaveLength(1);
    for (const each of places) {
      await saved.forgetPlace(each);
    }
    await saved.restore();
    expect(saved.store.get()).toMatchObject({ places: [{ name: 'Fiji' }], forgotten: null });
  });

  test('what goes wrong is said', async () => {
    client.savedFault = AWAY;
    await saved.load();
    expect(saved.store.get().problem).toEqual(AWAY.problem);
    client.savedFault = null;
    await saved.load();
    expect(saved.store.get().problem).toBeNull();
  });
});

describe('freezing', () => {
  let freezing: Freezing;
  const CHOICE = {
    title: 'Ice',
    path: 'frozen/ice',
    most_items: 10,
    assets: 'headers' as const,
    largest_asset_bytes: 1
  };
  beforeEach(() => {
    freezing = new Freezing(client, search, clock);
  });

  test('keeps the present search of each chosen catalogue', async () => {
    search.search({ ...EMPTY_FORM, words: 'ice' });
    search.choose('other', false);
    expect(await freezing.start(CHOICE)).toBe(true);
    expect(client.freezes[0]).toMatchObject({
      ...CHOICE,
      searches: [{ catalogue: 'embedded', words: 'ice' }]
    });
    expect(freezing.store.get().frozen).toMatchObject([{ title: 'Ice', state: 'freezing' }]);
  });

  test('is followed until it is ready, and then is a catalogue', async () => {
    await freezing.start(CHOICE);
    await clock.pass(1);
    const [begun] = client.frozenStates;
    client.frozenStates = begun ? [{ ...begun, state: 'ready', items: 3 }] : [];
    client.sources = [EMBEDDED, OTHER, source({ id: 'frozen', kind: 'frozen', title: 'Ice' })];
    await clock.pass(1);
    expect(search.store.get().rows.map(row => row.source.id)).toContain('frozen');
    expect(clock.waiting).toBe(0);
    expect(spoken()).toBe('Ice can be used without a network');
  });

  test('is followed on after a look that failed, and what else was said stays', async () => {
    await freezing.start(CHOICE);
    await freezing.stop('another');
    await clock.pass(3);
    expect(freezing.store.get().problem).toEqual(AWAY.problem);
    client.frozenFault = AWAY;
    await clock.pass(4);
    client.frozenFault = null;
    client.frozenStates = client.frozenStates.map(each => ({ ...each, state: 'ready' }));
    client.listFault = AWAY;
    await clock.pass(10);
    client.listFault = null;
    client.sources = [...client.sources, source({ id: 'frozen', kind: 'frozen', title: 'Ice' })];
    await clock.pass(10);
    expect(search.store.get().rows.map(row => row.source.id)).toContain('frozen');
    expect(clock.waiting).toBe(0);
    await freezing.load();
    expect(freezing.store.get().problem).toBeNull();
  });

  test('that cannot be looked at is said after a while', async () => {
    client.frozenFault = AWAY;
    await freezing.load();
    await clock.pass(300);
    expect(freezing.store.get().problem).toEqual(AWAY.problem);
    expect(clock.waiting).toBe(0);
  });

  test('can be cancelled', async () => {
    await freezing.start(CHOICE);
    await freezing.stop('frozen-1');
    expect(freezing.store.get().frozen).toMatchObject([{ state: 'stopped' }]);
    await freezing.stop('another');
    expect(freezing.store.get().problem).toEqual(AWAY.problem);
  });
});

test('of several things in quick succession only the last is done', async () => {
  const done: string[] = [];
  const pause = new Pause(clock, 100);
  pause.then(() => done.push('first'));
  pause.then(() => done.push('second'));
  await clock.pass(1);
  pause.then(() => done.push('third'));
  pause.cancel();
  await clock.pass(1);
  expect(done).toEqual(['second']);
});

test('a link leads everybody to a server of their own', () => {
  const plain = (name: string) => ({ baseUrl: '/base/' })[name] ?? '';
  expect(labAddress(plain, 'http://127.0.0.1:8888')).toBe('http://127.0.0.1:8888/base/lab');
  const hub = (name: string) => ({ baseUrl: '/user/demo/', hubPrefix: '/hub/' })[name] ?? '';
  expect(labAddress(hub, 'https://hub.example')).toBe('https://hub.example/hub/user-redirect/lab');
});

test('a page of an answer that nobody waits for changes nothing', async () => {
  const old = client.last;
  search.search({ ...EMPTY_FORM, words: 'new' });
  await old.answer(page('old', 2));
  expect(search.store.get().found).toEqual([]);
});
