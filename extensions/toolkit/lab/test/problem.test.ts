import { expect, test, vi } from 'vitest';
import { isAbort, isProblem, ProblemError, problemOf } from '../src/problem';

const AWAY = { code: 'unavailable', detail: 'It is away.', hint: 'Wait.' };

test('a problem that was thrown comes back as it is', () => {
  expect(problemOf(new ProblemError(AWAY))).toBe(AWAY);
});

test('anything else keeps its inside to the console', () => {
  const logged = vi.spyOn(console, 'error').mockReturnValue();
  const error = new TypeError('secret of the inside');
  const problem = problemOf(error);
  expect(logged).toHaveBeenCalledWith('EOHub:', error);
  expect(problem.code).toBe('internal');
  expect(JSON.stringify(problem)).not.toContain('secret');
});

test.each([null, 'text', [], {}, { code: 1, detail: 'x' }, { code: 'x' }])(
  '%j is no problem',
  body => {
    expect(isProblem(body)).toBe(false);
  }
);

test('a body with code and detail is a problem', () => {
  expect(isProblem({ ...AWAY, trace_id: 'abc' })).toBe(true);
});

test('only an abort is an abort', () => {
  expect(isAbort(new DOMException('stop', 'AbortError'))).toBe(true);
  expect(isAbort(new DOMException('slow', 'TimeoutError'))).toBe(false);
  expect(isAbort(new Error('AbortError'))).toBe(false);
});
