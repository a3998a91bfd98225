import { beforeEach, describe, expect, test } from 'vitest';
import { CatalogueSearch } from '../src/search';
import { Twins } from '../src/twins';
import { AWAY, EMBEDDED, FakeClient, FakeClock, settled, source, twinForm } from './fakes';

const LAKE = source({ id: 'hda', title: 'Data Lake', kind: 'destine' });
const CRITERIA = {
  words: '',
  collections: ['DT'],
  ids: [],
  start: '2028-06-10',
  end: '2028-06-12',
  area: null,
  properties: [{ property: 'ecmwf:param', op: '=' as const, value: '131' }],
  cql2: ''
};

let client: FakeClient;
let search: CatalogueSearch;
let twins: Twins;
let inserted: string[];

beforeEach(async () => {
  client = new FakeClient();
  client.sources = [EMBEDDED, LAKE];
  search = new CatalogueSearch(client, new FakeClock());
  await search.load();
  inserted = [];
  twins = new Twins(client, search, async code => void inserted.push(code));
});

describe('a request to a digital twin', () => {
  test('keeps what the server left of the choices', async () => {
    await twins.load();
    expect(twins.store.get().query).toMatchObject({
      twin: 'Climate',
      chosen: { class: ['d1'], model: [], param: ['131', '132'] }
    });
  });

  test('asks with each choice, days and place', async () => {
    await twins.choose('model', ['ICON']);
    await twins.change({ start: '2028-06-10', point: [8.5, 47.4] });
    expect(client.twinQueries.map(each => each.chosen?.model)).toEqual([['ICON'], []]);
    expect(client.twinQueries[1]).toMatchObject({ start: '2028-06-10', point: [8.5, 47.4] });
  });

  test('of another twin begins anew and keeps the days', async () => {
    await twins.change({ start: '2028-06-10' });
    await twins.pick('Extremes');
    expect(client.twinQueries.at(-1)).toMatchObject({
      twin: 'Extremes',
      chosen: {},
      start: '2028-06-10'
    });
  });

  test('that cannot be asked for says why and keeps the last choices', async () => {
    await twins.load();
    client.twinAnswer = AWAY;
    await twins.change({ start: '2028-06-10' });
    expect(twins.store.get()).toMatchObject({ problem: AWAY.problem, form: { missing: 'model' } });
    expect(twins.store.get().query.start).toBe('2028-06-10');
  });

  test('is inserted as code once it is complete', async () => {
    await twins.load();
    await twins.insertCode();
    expect(inserted).toEqual([]);
    client.twinAnswer = twinForm({ missing: null, code: 'request = {}' });
    await twins.load();
    await twins.insertCode();
    expect(inserted).toEqual(['request = {}']);
  });

  test('is searched in the Data Lake alone', async () => {
    client.twinAnswer = twinForm({ missing: null, code: '', search: CRITERIA });
    await twins.load();
    twins.find();
    await settled();
    expect(client.last.query).toMatchObject({ catalogue: 'hda', collections: ['DT'] });
    expect(client.last.query.properties).toEqual(CRITERIA.properties);
  });
});
