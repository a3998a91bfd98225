import { ProblemError } from '@eohub/toolkit/lib/problem';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Question } from '../src/question';
import { PROBLEM } from './fakes';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Send = (query: number, signal: AbortSignal) => Promise<string>;

test('of questions that come quickly only the last is asked', async () => {
  const send = vi.fn<Send>(async query => `answer ${query}`);
  const question = new Question(send);
  question.ask(1, 250);
  question.ask(2, 250);
  expect(question.store.get().asking).toBe(true);
  await vi.runAllTimersAsync();
  expect(send.mock.calls.map(([query]) => query)).toEqual([2]);
  expect(question.store.get()).toMatchObject({ asking: false, answer: 'answer 2' });
});

test('a newer question ends the one before it, whose answer is not shown', async () => {
  const signals: AbortSignal[] = [];
  const answers: ((text: string) => void)[] = [];
  const question = new Question<number, string>((_, signal) => {
    signals.push(signal);
    return new Promise(resolve => answers.push(resolve));
  });
  question.ask(1);
  question.ask(2);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  answers[1]?.('new');
  answers[0]?.('old');
  await vi.runAllTimersAsync();
  expect(question.store.get().answer).toBe('new');
});

test('the last answer stays while another is waited for', async () => {
  const question = new Question<number, string>(async query => `answer ${query}`);
  question.ask(1);
  await vi.runAllTimersAsync();
  question.ask(2);
  expect(question.store.get()).toMatchObject({ asking: true, answer: 'answer 1' });
});

test('what is stopped is told, and its reads end', () => {
  const signals: AbortSignal[] = [];
  const question = new Question<number, string>((_, signal) => {
    signals.push(signal);
    return new Promise(() => undefined);
  });
  question.ask(1);
  question.stop();
  expect(question.store.get()).toMatchObject({ asking: false, stopped: true });
  expect(signals[0]?.aborted).toBe(true);
});

test('a problem stays until the next answer', async () => {
  const send = vi.fn<Send>().mockRejectedValueOnce(new ProblemError(PROBLEM));
  send.mockResolvedValueOnce('there');
  const question = new Question(send);
  question.ask(1);
  await vi.runAllTimersAsync();
  expect(question.store.get().problem).toEqual(PROBLEM);
  question.ask(1);
  await vi.runAllTimersAsync();
  expect(question.store.get()).toMatchObject({ problem: null, answer: 'there' });
});

test('a cleared question knows nothing', async () => {
  const question = new Question<number, string>(async () => 'there');
  question.ask(1);
  await vi.runAllTimersAsync();
  question.clear();
  expect(question.store.get().answer).toBeNull();
});
