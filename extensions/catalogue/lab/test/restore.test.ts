import { URLExt } from '@jupyterlab/coreutils/lib/url';
import { expect, test, vi } from 'vitest';
import { EMPTY_FORM } from '../src/form';
import { formOf } from '../src/kept';
import { linkedSearch, linkOf, withoutSearch } from '../src/link';
import { restorePanel, viewOf } from '../src/restore';
import { CatalogueSearch } from '../src/search';
import { EMBEDDED, FakeClient, FakeClock, OTHER, page, settled } from './fakes';

class MemoryStates {
  readonly kept = new Map<string, unknown>();

  async fetch(key: string): Promise<never> {
    return this.kept.get(key) as never;
  }

  async save(key: string, value: unknown): Promise<void> {
    this.kept.set(key, value);
  }
}

test.each([undefined, null, 7, 'text', [], { words: 3, from: 'yesterday', to: '2020-1-1' }])(
  'what was kept as %j gives an empty form',
  kept => {
    expect(formOf(kept)).toEqual(EMPTY_FORM);
  }
);

test('the last search fills the form after a reload', async () => {
  const states = new MemoryStates() as never;
  const before = new CatalogueSearch(new FakeClient(), new FakeClock());
  await restorePanel(before, states, null);
  await before.load();
  before.search({ ...EMPTY_FORM, words: 'ice', from: '2020-01-01' });

  const after = new CatalogueSearch(new FakeClient(), new FakeClock());
  await restorePanel(after, states, null);
  expect(after.store.get().form).toEqual({ ...EMPTY_FORM, words: 'ice', from: '2020-01-01' });
});

test('typing alone is not kept', async () => {
  const states = new MemoryStates();
  const search = new CatalogueSearch(new FakeClient(), new FakeClock());
  await restorePanel(search, states as never, null);
  search.edit({ ...EMPTY_FORM, words: 'half a wo' });
  expect(states.kept.size).toBe(0);
});

test('a server that keeps nothing does not disturb the search', async () => {
  const states = new MemoryStates();
  states.save = () => Promise.reject(new Error('disk full'));
  const search = new CatalogueSearch(new FakeClient(), new FakeClock());
  const kept = vi.fn();
  await restorePanel(search, states as never, null, kept);
  await search.load();
  search.search({ ...EMPTY_FORM, words: 'ice' });
  await settled();
  expect(search.store.get().form.words).toBe('ice');
  expect(kept).not.toHaveBeenCalled();
});

test('pages, the selected row, the catalogues and the arrangement are as they were', async () => {
  const states = new MemoryStates() as never;
  const client = new FakeClient();
  client.sources = [EMBEDDED, OTHER];
  const before = new CatalogueSearch(client, new FakeClock());
  await restorePanel(before, states, null);
  await before.load();
  before.choose('other', false);
  before.search({ ...EMPTY_FORM, words: 'ice' });
  await client.last.answer(page('a', 1, { next: 'n' }));
  before.more();
  await client.last.answer(page('b', 1));
  before.select(before.store.get().found[1]?.key ?? null);
  before.fold('filters', true);
  const map = { center: [10, 50], zoom: 4, bbox: [0, 40, 20, 60], follows: true } as const;
  before.arrange({ map, scroll: 120, sort: 'oldest', frame: { open: false, height: 300 } });

  const again = new FakeClient();
  again.sources = [EMBEDDED, OTHER];
  const after = new CatalogueSearch(again, new FakeClock());
  await restorePanel(after, states, null);
  await after.load();
  expect(again.searches.map(each => each.query.catalogue)).toEqual(['embedded']);
  await again.last.answer(page('a', 1, { next: 'n' }));
  await again.last.answer(page('b', 1));
  await settled();
  expect(after.selected()?.id).toBe('b-0');
  expect(after.store.get().view).toEqual({
    open: ['filters'],
    map,
    scroll: 120,
    sort: 'oldest',
    frame: { open: false, height: 300 }
  });
});

test.each([
  undefined,
  7,
  { open: 'all', scroll: 'far', sort: 'best', map: { zoom: 'x' }, frame: 3 },
  { map: [] }
])('an arrangement kept as %j is the first one', kept => {
  expect(viewOf(kept)).toMatchObject({
    map: null,
    scroll: 0,
    sort: 'newest',
    frame: { open: true }
  });
});

const FULL = {
  ...EMPTY_FORM,
  words: 'snow & ice?',
  collections: ['a', 'b'],
  from: '2020-01-01 10:00',
  area: { area: { bbox: [170, -10, -170, 10] as never, geometry: null }, label: 'Fiji' },
  properties: [
    { property: 'eo:cloud_cover', op: '<=' as const, value: 20 },
    { property: 'platform', op: 'in' as const, value: ['x', 'y'] }
  ],
  cql2: "name = 'é'"
};

test('a link brings the whole search, and nothing of the last one', async () => {
  const link = linkOf(
    { form: FULL, catalogues: ['other'] },
    'https://hub.example/user-redirect/lab'
  );
  expect(link).toMatch(/^https:\/\/hub\.example\/user-redirect\/lab\?eohub-search=/);
  const linked = linkedSearch(new URL(link ?? '').search);
  expect(linked).toEqual({ form: FULL, catalogues: ['other'] });
  const client = new FakeClient();
  client.sources = [EMBEDDED, OTHER];
  const search = new CatalogueSearch(client, new FakeClock());
  await restorePanel(search, new MemoryStates() as never, linked);
  await search.load();
  expect(client.searches.map(each => each.query.catalogue)).toEqual(['other']);
  expect(client.last.query).toMatchObject({ words: 'snow & ice?', start: '2020-01-01T10:00Z' });
});

test('a blank in a link is not the plus sign, which JupyterLab encodes once more', () => {
  const form = { ...EMPTY_FORM, words: 'surface temperature', cql2: 'a + 1 < 2' };
  const link = linkOf({ form, catalogues: [] }, 'https://hub.example/lab') ?? '';
  expect(link).not.toContain('+');
  const stays = new URL(link).search;
  const moved = URLExt.objectToQueryString(URLExt.queryStringToObject(stays));
  expect([stays, moved].map(each => linkedSearch(each)?.form)).toEqual([form, form]);
});

test('a link leaves the address once its search is kept, and a later search is not lost', async () => {
  const states = new MemoryStates();
  const linked = { form: { ...EMPTY_FORM, words: 'ice' }, catalogues: [] };
  const search = new CatalogueSearch(new FakeClient(), new FakeClock());
  let dropped = 0;
  await restorePanel(search, states as never, linked, () => (dropped += 1));
  expect(dropped).toBe(0);
  await search.load();
  await settled();
  expect(dropped).toBe(1);
  search.search({ ...EMPTY_FORM, words: 'landsat' });
  await settled();
  expect(dropped).toBe(1);

  const after = new CatalogueSearch(new FakeClient(), new FakeClock());
  await restorePanel(after, states as never, null);
  expect(after.store.get().form.words).toBe('landsat');
});

test('an address without its search keeps all else', () => {
  const lab = 'https://hub.example/lab/workspaces/auto-x?other=a%20b%2Bc#part';
  const url = new URL(linkOf({ form: FULL, catalogues: [] }, lab) ?? '');
  expect(withoutSearch(url.href)).toBe(lab);
  expect(withoutSearch('https://hub.example/lab')).toBe('https://hub.example/lab');
});

test('a link that is no search is none, and one that is too long is not made', () => {
  expect(linkedSearch('')).toBeNull();
  expect(linkedSearch('?eohub-search=%7Bbroken')).toBeNull();
  expect(linkedSearch('?eohub-search=3')).toEqual({ form: EMPTY_FORM, catalogues: [] });
  expect(
    linkOf({ form: { ...FULL, cql2: 'x'.repeat(9000) }, catalogues: [] }, 'https://a.b/')
  ).toBeNull();
});

test('what a link says is read with care', () => {
  const nasty = {
    words: 'w'.repeat(900),
    collections: ['a', 7, ''],
    area: { bbox: [1, 2, 3] },
    properties: [
      { property: 'x', op: 'drop', value: 1 },
      { property: 'y', op: 'in', value: 3 },
      null
    ],
    cql2: {}
  };
  const form = formOf(nasty);
  expect(form.words).toHaveLength(500);
  expect(form.collections).toEqual(['a']);
  expect(form.area).toBeNull();
  expect(form.properties).toEqual([]);
  expect(form.cql2).toBe('');
});

test('criteria of the server become a form, and an area that is a saved place has its name', () => {
  const area = { bbox: [1, 2, 3, 4] as never, geometry: null };
  const form = formOf({ start: '2020-01-01', end: null, area }, [{ name: 'Home', area }]);
  expect(form).toMatchObject({ from: '2020-01-01', to: '', area: { label: 'Home' } });
  expect(formOf({ area }).area?.label).toBe('1, 2, 3, 4');
});
