import { act, render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { Store, useStore } from '../src/store';

test('listeners hear of changes, and of nothing else', () => {
  const store = new Store({ count: 0 });
  let heard = 0;
  const stop = store.subscribe(() => (heard += 1));
  store.patch({ count: 1 });
  store.set(store.get());
  expect(heard).toBe(1);
  stop();
  store.patch({ count: 2 });
  expect(heard).toBe(1);
  expect(store.get().count).toBe(2);
});

test('a listener that leaves while it is told does not disturb the others', () => {
  const store = new Store(0);
  const heard: string[] = [];
  const stop = store.subscribe(() => {
    heard.push('first');
    stop();
  });
  store.subscribe(() => heard.push('second'));
  store.set(1);
  expect(heard).toEqual(['first', 'second']);
});

test('a component is drawn again when the value changes', () => {
  const store = new Store('before');
  const Shown = () => <p>{useStore(store)}</p>;
  render(<Shown />);
  act(() => store.set('after'));
  expect(screen.getByText('after')).toBeTruthy();
});
