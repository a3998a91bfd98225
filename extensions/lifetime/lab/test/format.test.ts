import { describe, expect, test } from 'vitest';
import { countdown, inWords, linesOf } from '../src/panel/format';
import { lifetime } from './fakes';

describe('a countdown', () => {
  test.each([
    [581, '9:41'],
    [580.2, '9:41'],
    [60, '1:00'],
    [0.4, '0:01'],
    [0, '0:00'],
    [-5, '0:00'],
    [4181, '1:09:41'],
    [3600, '1:00:00']
  ])('%d s is %s', (seconds, text) => expect(countdown(seconds)).toBe(text));
});

describe('a length of time', () => {
  test.each([
    [3600, '1 hour'],
    [3599.7, '1 hour'],
    [7200, '2 hours'],
    [5400, '90 minutes'],
    [2345, '39 minutes'],
    [60, '1 minute'],
    [75, '1 minute'],
    [59, '59 seconds'],
    [1, '1 second'],
    [86_400, '1 day'],
    [90_000, '25 hours'],
    [200_000, '2 days']
  ])('%d s is %s', (seconds, text) => expect(inWords(seconds)).toBe(text));
});

describe('what is told of a server', () => {
  test('its rules, its age and its work', () => {
    expect(linesOf(lifetime({ busy_with: ['one busy kernel', 'CPU at 80 %'] }))).toEqual([
      'Stops after 1 h without activity, at the latest after 24 h.',
      'It has been running for 66 minutes.',
      'It is busy: one busy kernel, CPU at 80 %.'
    ]);
  });

  test('what is not known is left out, and that an open page is no activity is said', () => {
    expect(linesOf(lifetime({ rules: '', age_seconds: null }))).toEqual([
      'Nothing is running in it now. An open page alone is no activity.'
    ]);
  });
});
