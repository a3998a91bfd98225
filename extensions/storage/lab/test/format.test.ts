import { describe, expect, it } from 'vitest';
import { bytes, folderRefusal, minute, percent, shown, visibleRows } from '../src/panel/format';

describe('numbers', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1024 ** 2 - 1, '1.0 MiB'],
    [5 * 1024 ** 3, '5.0 GiB']
  ])('%i bytes are %s', (count, text) => {
    expect(bytes(count)).toBe(text);
  });

  it.each([
    [0, 0, 100],
    [0, 10, 0],
    [999, 1000, 99],
    [20, 10, 100]
  ])('%i of %i sent are %i percent', (sent, size, whole) => {
    expect(percent(sent, size)).toBe(whole);
  });

  it('make no total up', () => {
    expect(shown(1, true)).toBe('1 name');
    expect(shown(200, false)).toBe('showing 200 names, total unknown');
  });
});

describe('times', () => {
  it('are in UTC to the minute', () => {
    expect(minute('2026-03-01T12:34:56Z')).toBe('2026-03-01 12:34 UTC');
    expect(minute(null)).toBe('');
  });
});

describe('names of folders', () => {
  it.each(['', ' ', '.', '..', 'a/b'])('%j is refused', name => {
    expect(folderRefusal(name)).not.toBeNull();
  });

  it('are otherwise free', () => {
    expect(folderRefusal('Ergebnisse 1')).toBeNull();
  });
});

describe('the rows in view', () => {
  it.each([
    [0, 240, 10_000, 0, 20],
    [24_000, 240, 10_000, 990, 1020],
    [239_760, 240, 10_000, 9980, 10_000],
    [0, 240, 3, 0, 3],
    [9_999_999, 240, 3, 3, 3]
  ])('scrolled to %i of %i pixels and %i rows', (top, height, count, first, last) => {
    expect(visibleRows(top, height, 24, count)).toEqual({ first, last });
  });
});
