import { expect, test } from 'vitest';
import { MOST_ATTEMPTS, secondsBefore } from '../src/backoff';

test('pauses grow and stay bounded', () => {
  const pauses = Array.from({ length: MOST_ATTEMPTS }, (_, attempt) => secondsBefore(attempt));
  expect(pauses).toEqual([2, 4, 8, 10, 10, 10, 10, 10]);
});

test('after the last attempt a person has to decide', () => {
  expect(secondsBefore(MOST_ATTEMPTS)).toBeNull();
});
