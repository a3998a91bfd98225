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

test('each catalogue has a cell, in their order', async () => {
  await insertSearch(client, search.queries(), place);
  expect(client.searchCodes.map(each => each.catalogue)).toEqual(['embedded', 'other', 'third']);
  expect(placed).toHaveLength(3);
});

test('a catalogue that has no code keeps none of the others away, and is told', async () => {
  client.searchCodeFaults.set('other', AWAY);
  await expect(insertSearch(client, search.queries(), place)).rejects.toBe(AWAY);
  expect(placed).toHaveLength(2);
});
