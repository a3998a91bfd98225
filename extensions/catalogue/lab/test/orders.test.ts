import { ProblemError } from '@eohub/toolkit/lib/problem';
import { beforeEach, describe, expect, test } from 'vitest';
import { Orders } from '../src/orders';
import { CatalogueSearch } from '../src/search';
import type { Order } from '../src/tokens';
import { AWAY, FakeClient, FakeClock, item, order, settled } from './fakes';

const BEFORE = new ProblemError({
  code: 'ordered_before',
  detail: 'Wind was ordered before.',
  hint: null
});
const OFFER = { href: 'https://hda.example/order', body: { param: '131' } };

let client: FakeClient;
let clock: FakeClock;
let search: CatalogueSearch;
let orders: Orders;
let told: Order[];
let asked: string[];
let isWanted: boolean;

beforeEach(() => {
  client = new FakeClient();
  clock = new FakeClock();
  search = new CatalogueSearch(client, clock);
  told = [];
  asked = [];
  isWanted = false;
  const desk = {
    again: async ({ detail }: { detail: string }) => {
      asked.push(detail);
      return isWanted;
    },
    told: (each: Order) => void told.push(each)
  };
  orders = new Orders(client, search, desk, clock);
});

const listed = () => orders.store.get().orders.map(each => each.state);

describe('an order', () => {
  test('is placed with the offer of its row, and shown', async () => {
    await orders.order(item({ id: 'wind', title: 'Wind', offer: OFFER }));
    expect(client.placed).toEqual([
      {
        catalogue: 'embedded',
        collection: 'climate',
        item: 'wind',
        title: 'Wind',
        offer: OFFER,
        again: false
      }
    ]);
    expect(listed()).toEqual(['placing']);
    expect(search.store.get().view.open).toContain('orders');
  });

  test('of an item that cannot be ordered is not placed', async () => {
    await orders.order(item());
    expect(client.placed).toEqual([]);
  });

  test('is looked at until it is over, and then told of once', async () => {
    client.ordered = [order()];
    await orders.load();
    await clock.pass(3);
    client.ordered = [order({ state: 'succeeded', next_ask: null })];
    await clock.pass(3);
    expect(told.map(each => each.state)).toEqual(['succeeded']);
    expect(clock.waiting).toBe(0);
    await orders.load();
    expect(told).toHaveLength(1);
  });

  test('that was over before this page knew of it is not told of', async () => {
    client.ordered = [order({ state: 'succeeded' })];
    await orders.load();
    expect(told).toEqual([]);
  });

  test('is looked at again after a fault that may pass', async () => {
    client.ordered = [order()];
    await orders.load();
    client.ordersFault = AWAY;
    await clock.pass(3);
    expect(listed()).toEqual(['ordered']);
    client.ordersFault = null;
    client.ordered = [order({ state: 'shipping' })];
    await clock.pass(5);
    expect(listed()).toEqual(['shipping']);
  });

  test.each([true, false])('of before is asked about: %s', async wanted => {
    client.orderFault = BEFORE;
    isWanted = wanted;
    await orders.order(item({ offer: OFFER }));
    expect(asked).toEqual(['Wind was ordered before.']);
    expect(client.placed.map(each => each.again)).toEqual(wanted ? [false, true] : [false]);
    expect(orders.store.get().problem).toBeNull();
  });

  test('that cannot be placed says why', async () => {
    client.orderFault = AWAY;
    await orders.order(item({ offer: OFFER }));
    expect(orders.store.get().problem).toEqual(AWAY.problem);
    expect(asked).toEqual([]);
  });

  test('is ordered again as it was', async () => {
    await orders.retry(order({ state: 'unknown' }));
    expect(client.placed).toEqual([
      {
        catalogue: 'embedded',
        collection: 'twin',
        item: 'wind',
        title: 'Wind in June 2028',
        offer: OFFER,
        again: false
      }
    ]);
  });

  test('is watched, given up and forgotten by its id', async () => {
    client.ordered = [order()];
    await orders.watch('o1');
    await orders.stopWatching('o1');
    await orders.forget('o1');
    await settled();
    expect(client.orderActs).toEqual([
      ['watch', 'o1'],
      ['stop', 'o1'],
      ['forget', 'o1']
    ]);
    expect(listed()).toEqual([]);
  });
});
