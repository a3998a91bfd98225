import { beforeEach, expect, test } from 'vitest';
import { insertSearch } from '../src/insertSearch';
import { CatalogueSearch } from '../src/search';
import { AWAY, EMBEDDED, FakeClient, FakeClock, OTHER, source } from './fakes';

let client: FakeClient;
let search: CatalogueSearch;
let placed: string[];
const place = async (code: string) => void placed.push(code);

beforeEach(async () => {
  client = new FakeClient();
  client.sources = [EMBEDDED, OTHER, source({ id: 'third' })];
  search = new CatalogueSearch(client, new FakeClock());
  await search.load();
  placed = [];
});

test('the search in each catalogue is written at once, and its cells are placed in their order', async () => {
  client.cells = { cells: ['one', 'two', 'three', 'all'], refusals: [] };
  await insertSearch(client, search.queries(), place);
  expect(client.searchCodes.map(each => each.map(query => query.catalogue))).toEqual([
    ['embedded', 'other', 'third']
  ]);
  expect(placed).toEqual(['one', 'two', 'three', 'all']);
});

test('a catalogue that has no code keeps none of the others away, and is told', async () => {
  client.cells = { cells: ['one'], refusals: ['A folder.', 'Another.'] };
  await expect(insertSearch(client, search.queries(), place)).rejects.toThrow('A folder. Another.');
  expect(placed).toEqual(['one']);
});

test('where there is no code at all nothing is placed', async () => {
  client.cells = AWAY;
  await expect(insertSearch(client, search.queries(), place)).rejects.toBe(AWAY);
  expect(placed).toEqual([]);
});
