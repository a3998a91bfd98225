import { expect, test } from 'vitest';
import { formOf, restoreForm } from '../src/restore';
import { CatalogueSearch } from '../src/search';
import { EMPTY_FORM } from '../src/state';
import { FakeClient, FakeClock } from './fakes';

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
  await restoreForm(before, states);
  await before.load();
  before.search({ words: 'ice', from: '2020-01-01', to: '' });

  const after = new CatalogueSearch(new FakeClient(), new FakeClock());
  await restoreForm(after, states);
  expect(after.store.get().form).toEqual({ words: 'ice', from: '2020-01-01', to: '' });
});

test('typing alone is not kept', async () => {
  const states = new MemoryStates();
  const search = new CatalogueSearch(new FakeClient(), new FakeClock());
  await restoreForm(search, states as never);
  search.edit({ words: 'half a wo', from: '', to: '' });
  expect(states.kept.size).toBe(0);
});
