import { expect, test } from 'vitest';
import { problemOfAnswer, SERVER_GONE, UNREADABLE } from '../src/answer';
import type { Problem } from '../src/problem';

// Whatever Jupyter, JupyterHub, proxies and browsers may answer in our place.
const STATUSES = [0, ...Array.from({ length: 200 }, (_, number) => 400 + number)];
const BODIES = ['', '<html>', '{"message": "ConnectError: [Errno 111]"}', 'null', '[]'];

function isForAPerson({ detail, hint }: Problem): void {
  expect(detail).toMatch(/^[A-Z][^.]*\.$/);
  expect(detail).not.toMatch(/\d{3}|[a-z][A-Z]|Error|Exception|HTTP|Traceback|undefined/);
  expect(hint).toMatch(/^[A-Z].*[.\d]$/);
}

test.each(BODIES)('every status with the body %j is a sentence and a next step', body => {
  for (const status of STATUSES) {
    isForAPerson(problemOfAnswer(status, body));
  }
});

test('a problem of ours is kept with every status, never without a next step', () => {
  const ours = { code: 'invalid', detail: 'The dates are swapped.' };
  for (const status of STATUSES) {
    const hinted = { ...ours, hint: 'Swap them.' };
    expect(problemOfAnswer(status, JSON.stringify(hinted))).toEqual(hinted);
    const told = problemOfAnswer(status, JSON.stringify(ours));
    expect(told).toMatchObject(ours);
    isForAPerson(told);
  }
});

test('a server that was stopped is not called broken', () => {
  expect(problemOfAnswer(424, '{"message": "not running"}')).toMatchObject({
    code: 'server_stopped',
    detail: 'Your server was stopped.'
  });
});

test('a server that is gone and an answer that is none are sentences, too', () => {
  isForAPerson(SERVER_GONE);
  isForAPerson(UNREADABLE);
  expect(problemOfAnswer(503, '')).toBe(SERVER_GONE);
});
