import { expect, test } from 'vitest';
import { ItemLoad, isItemKey } from '../../src/itemLoad';
import type { CatalogueList, CatalogueSource, ItemDetail, ItemKey } from '../../src/tokens';
import { AWAY, detail, item, settled, source } from '../fakes';

const KEY: ItemKey = { catalogue: 'embedded', collection: 'climate', item: 'a1b' };

/** Answers by hand; a question that is dropped fails as in a browser. */
class Answers {
  readonly asked: {
    signal: AbortSignal;
    give: (answer: ItemDetail) => void;
    fail: (error: unknown) => void;
  }[] = [];

  asksForTitles = 0;

  constructor(private readonly listed: readonly CatalogueSource[] | null = null) {}

  catalogues(): Promise<CatalogueList> {
    this.asksForTitles += 1;
    return this.listed
      ? Promise.resolve({ catalogues: [...this.listed], note: null })
      : Promise.reject(AWAY);
  }

  item(_key: ItemKey, signal: AbortSignal): Promise<ItemDetail> {
    return new Promise((give, fail) => {
      signal.addEventListener('abort', () => fail(new DOMException('stop', 'AbortError')));
      this.asked.push({ signal, give, fail });
    });
  }
}

test('an item is loading until it is there', async () => {
  const answers = new Answers();
  const load = new ItemLoad(answers, KEY);
  void load.load();
  expect(load.store.get()).toEqual({ loading: true, detail: null, problem: null });
  answers.asked[0]?.give(detail(item()));
  await settled();
  expect(load.store.get()).toEqual({ loading: false, detail: detail(item()), problem: null });
});

test('a failure is told, and asking again forgets it', async () => {
  const answers = new Answers();
  const load = new ItemLoad(answers, KEY);
  void load.load();
  answers.asked[0]?.fail(AWAY);
  await settled();
  expect(load.store.get()).toEqual({ loading: false, detail: null, problem: AWAY.problem });
  void load.load();
  answers.asked[1]?.give(detail(item()));
  await settled();
  expect(load.store.get().problem).toBeNull();
});

test('what was known stays while asking again fails', async () => {
  const answers = new Answers();
  const load = new ItemLoad(answers, KEY);
  void load.load();
  answers.asked[0]?.give(detail(item()));
  await settled();
  void load.load();
  answers.asked[1]?.fail(AWAY);
  await settled();
  expect(load.store.get().detail).toEqual(detail(item()));
  expect(load.store.get().problem).toEqual(AWAY.problem);
});

test('a closed page ends its request, and says nothing of it', async () => {
  const answers = new Answers();
  const load = new ItemLoad(answers, KEY);
  void load.load();
  load.cancel();
  await settled();
  expect(answers.asked[0]?.signal.aborted).toBe(true);
  expect(load.store.get().problem).toBeNull();
});

test('asking twice drops the first question', () => {
  const answers = new Answers();
  const load = new ItemLoad(answers, KEY);
  void load.load();
  void load.load();
  expect(answers.asked.map(each => each.signal.aborted)).toEqual([true, false]);
});

test('a page that came back asks what its catalogue is called, once', async () => {
  const answers = new Answers([source({ id: 'other', title: 'Other' }), source()]);
  const load = new ItemLoad(answers, KEY);
  void load.load();
  await settled();
  expect(load.store.get().loading).toBe(true);
  expect(load.catalogue.get()).toBe('EOHub');
  void load.load();
  answers.asked[1]?.give(detail(item()));
  await settled();
  expect(load.catalogue.get()).toBe('EOHub');
  expect(answers.asksForTitles).toBe(1);
});

test('a title that the panel knows is not asked for', async () => {
  const answers = new Answers([]);
  const load = new ItemLoad(answers, KEY, () => 'EOHub');
  void load.load();
  await settled();
  expect(load.catalogue.get()).toBe('EOHub');
  expect(answers.asksForTitles).toBe(0);
});

test.each([
  [KEY, true],
  [{ ...KEY, collection: null }, true],
  [{ ...KEY, item: '' }, false],
  [{ ...KEY, collection: 3 }, false],
  [{ catalogue: 'embedded' }, false],
  [null, false],
  ['a1b', false]
])('%j names an item: %s', (value, isKey) => {
  expect(isItemKey(value)).toBe(isKey);
});
