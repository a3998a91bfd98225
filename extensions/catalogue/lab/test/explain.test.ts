import { ProblemError } from '@eohub/toolkit/lib/problem';
import { expect, test } from 'vitest';
import { explain } from '../src/explain';
import { EMPTY_FORM, type SearchForm } from '../src/form';
import { freshRow, type CatalogueRow } from '../src/state';
import type { ItemPage } from '../src/tokens';
import { AWAY, EMBEDDED, FakeClient, FakeClock, OTHER, page, settled, source } from './fakes';

const FORM: SearchForm = {
  ...EMPTY_FORM,
  words: 'ice',
  from: '2020',
  collections: ['a'],
  properties: [{ property: 'gsd', op: '<=', value: 9 }]
};
const answered = (from: CatalogueRow['source']): CatalogueRow => ({
  ...freshRow(from),
  answered: true,
  health: { kind: 'ok' }
});

async function explained(
  rows: readonly CatalogueRow[],
  answer: (missing: string) => number | 'fail' | ItemPage
) {
  const client = new FakeClient();
  const running = explain(client, FORM, rows, new FakeClock(), new AbortController().signal);
  let most = 0;
  for (let done = 0; done < client.searches.length;) {
    most = Math.max(most, client.searches.length - done);
    const { query, answer: give, fail } = client.searches[done] ?? client.last;
    const missing = [
      query.words === '' ? 'words' : '',
      query.collections.length === 0 ? 'collections' : '',
      query.start === null ? 'time' : '',
      query.properties.length === 0 ? 'gsd' : ''
    ].join('');
    expect(query).toMatchObject({ limit: 1, page: null });
    const found = answer(missing);
    await (found === 'fail'
      ? fail(AWAY)
      : give(typeof found === 'number' ? page('x', found) : found));
    await settled();
    done += 1;
  }
  return { explanation: await running, asked: client.searches, most };
}

test('each filter is dropped once, a few requests at a time', async () => {
  const { explanation, asked, most } = await explained([answered(EMBEDDED)], missing =>
    missing === 'time' ? 1 : 0
  );
  expect(explanation).toEqual({ decisive: ['time'], unknown: [] });
  expect(asked).toHaveLength(4);
  expect(most).toBe(2);
});

test('the next catalogue is asked only while none has an item', async () => {
  const rows = [answered(EMBEDDED), answered(OTHER)];
  const { asked } = await explained(rows, () => 1);
  expect(asked.map(each => each.query.catalogue)).toEqual(Array(4).fill('embedded'));
  const without = await explained(rows, () => 0);
  expect(without.asked).toHaveLength(8);
  expect(without.explanation.decisive).toEqual([]);
});

test('only catalogues that answered are asked', async () => {
  const away = { ...freshRow(OTHER), health: { kind: 'failed', problem: AWAY.problem } as const };
  const leftOut = { ...answered(source({ id: 'third' })), chosen: false };
  const { asked } = await explained([answered(EMBEDDED), away, leftOut], () => 0);
  expect(new Set(asked.map(each => each.query.catalogue))).toEqual(new Set(['embedded']));
});

test('what could not be asked is not known', async () => {
  const { explanation } = await explained([answered(EMBEDDED)], missing =>
    missing === 'gsd' ? 'fail' : 0
  );
  expect(explanation).toEqual({ decisive: [], unknown: ['property:gsd'] });
});

test.each([
  ['has more', { next: 'page-2' }],
  ['tells what it could not do', { note: 'The index is being built, 120 of 800 files so far.' }]
])('an empty page that %s is no answer', async (_, told) => {
  const empty = { ...page('x', 0), ...told };
  const { explanation } = await explained([answered(EMBEDDED)], missing =>
    missing === 'gsd' ? empty : 0
  );
  expect(explanation).toEqual({ decisive: [], unknown: ['property:gsd'] });
});

test('a newer search ends it', async () => {
  const client = new FakeClient();
  const stop = new AbortController();
  const clock = new FakeClock();
  const rows = [answered(EMBEDDED), answered(OTHER)];
  const running = explain(client, FORM, rows, clock, stop.signal);
  stop.abort();
  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  expect(client.searches.map(each => each.signal.aborted)).toEqual([true, true]);
  expect(clock.waiting).toBe(0);
});

const busy = (seconds: number) =>
  new ProblemError({ code: 'catalogue_busy', detail: 'It rests.', retry_after: seconds });
const UNKNOWN = new Set(['words', 'time', 'collections', 'property:gsd']);

function explaining(...rows: readonly CatalogueRow[]) {
  const client = new FakeClient();
  const clock = new FakeClock();
  const running = explain(client, FORM, rows, clock, new AbortController().signal);
  const asked = (id: string) => client.searches.filter(each => each.query.catalogue === id);
  return { client, clock, running, asked };
}

test('all searches of one catalogue have one deadline, which is no other catalogue’s', async () => {
  const { client, clock, running, asked } = explaining(answered(EMBEDDED), answered(OTHER));
  await clock.pass(9);
  expect([asked('embedded').length, asked('other').length]).toEqual([2, 0]);
  await clock.pass(1);
  expect(asked('embedded').map(each => each.signal.aborted)).toEqual([true, true]);
  for (let done = 2; done < client.searches.length; done += 1) {
    await client.searches[done]?.answer(page('x', 0));
    await settled();
  }
  expect([asked('embedded').length, asked('other').length]).toEqual([2, 4]);
  expect(new Set((await running).unknown)).toEqual(UNKNOWN);
  expect(clock.waiting).toBe(0);
});

test('a rest that a catalogue wants is waited for', async () => {
  const { client, clock, running, asked } = explaining(answered(EMBEDDED));
  await client.searches[0]?.fail(busy(2));
  await clock.pass(1);
  expect(asked('embedded')).toHaveLength(2);
  await clock.pass(1);
  expect(asked('embedded')).toHaveLength(3);
  for (let done = 1; done < client.searches.length; done += 1) {
    await client.searches[done]?.answer(page('x', 1));
    await settled();
  }
  expect((await running).unknown).toEqual([]);
  expect(client.searches).toHaveLength(5);
});

test('a rest that is longer than its time leaves it unknown', async () => {
  const { client, clock, running } = explaining(answered(EMBEDDED));
  await client.searches[0]?.fail(busy(60));
  await client.searches[1]?.fail(busy(60));
  await clock.pass(10);
  expect((await running).unknown).toHaveLength(4);
  expect([client.searches.length, clock.waiting]).toEqual([2, 0]);
});
