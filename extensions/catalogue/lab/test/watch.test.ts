import { beforeEach, expect, test } from 'vitest';
import { CatalogueSearch } from '../src/search';
import { Watch } from '../src/watch';
import { FakeClient, FakeClock, page, settled } from './fakes';

let client: FakeClient;
let clock: FakeClock;
let hidden: boolean;
let watch: Watch;

beforeEach(() => {
  client = new FakeClient();
  clock = new FakeClock();
  hidden = false;
  const search = new CatalogueSearch(client, clock);
  watch = new Watch(search, Promise.resolve(), clock, () => hidden);
});

test('nothing is asked before the panel is seen', async () => {
  await clock.pass(3600);
  expect(client.searches).toHaveLength(0);
});

test('the first sight searches, and then a look is taken every half minute', async () => {
  watch.setVisible(true);
  await settled();
  await client.last.answer(page('a', 1));
  await clock.pass(61);
  expect(client.searches).toHaveLength(1);
  expect(client.probes).toHaveLength(2);
});

test('no look is taken while the panel or the page is out of sight', async () => {
  watch.setVisible(true);
  await settled();
  await client.last.answer(page('a', 1));
  hidden = true;
  await clock.pass(120);
  watch.setVisible(false);
  hidden = false;
  await clock.pass(120);
  expect(client.probes).toHaveLength(0);
  watch.setVisible(true);
  expect(client.probes).toHaveLength(1);
});
