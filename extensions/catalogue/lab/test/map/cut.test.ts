import { expect, test } from 'vitest';
import { closed, crossesItself, cutAtAntimeridian, withoutRepeats } from '../../src/panel/map/cut';
import type { Position } from '../../src/panel/map/types';

function ring(...numbers: number[]): Position[] {
  return numbers.flatMap((x, index) =>
    index % 2 === 0 ? [[x, numbers[index + 1] as number] as const] : []
  );
}

/** The area of an open ring, in square degrees. */
function area(of: readonly Position[]): number {
  const doubled = of.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = of[(index + 1) % of.length] as Position;
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(doubled) / 2;
}

test('what lies within the world stays as it is', () => {
  const square = ring(0, 0, 10, 0, 10, 10, 0, 10);
  expect(cutAtAntimeridian(square)).toEqual([square]);
});

test('a ring that only touches the antimeridian is not cut', () => {
  expect(cutAtAntimeridian(ring(170, 0, 180, 0, 180, 10, 170, 10))).toHaveLength(1);
  expect(cutAtAntimeridian(ring(-180, 0, -170, 0, -170, 10, -180, 10))).toHaveLength(1);
});

test('a comb that crosses several times gives each of its teeth, and nothing gets lost', () => {
  // Its back lies at 170 to 175, and three teeth reach to 190.
  const comb = ring(
    170, 0, 190, 0, 190, 2, 175, 2, 175, 4, 190, 4, 190, 6, 175, 6, 175, 8, 190, 8, 190, 10, 170, 10
  ); // prettier-ignore
  const parts = cutAtAntimeridian(comb);
  expect(parts).toHaveLength(4);
  expect(parts.reduce((sum, part) => sum + area(part), 0)).toBeCloseTo(area(comb));
  expect(parts.flat().every(([x]) => x >= -180 && x <= 180)).toBe(true);
});

test('a ring over both edges of the world is cut at both', () => {
  const wide = ring(-200, -10, 200, -10, 200, 10, -200, 10);
  const parts = cutAtAntimeridian(wide);
  expect(parts.map(part => area(part)).sort((a, b) => a - b)).toEqual([400, 400, 7200]);
});

test('a corner on the antimeridian is no reason for a part without an inside', () => {
  const parts = cutAtAntimeridian(ring(170, 0, 180, 5, 190, 0, 180, 10));
  expect(parts.map(part => Math.round(area(part)))).toEqual([25, 25]);
});

test('crossing sides are found, also with the closing one', () => {
  expect(crossesItself(ring(0, 0, 10, 10, 10, 0, 0, 10))).toBe(true);
  expect(crossesItself(ring(0, 0, 10, 0, 2, 5, 2, -5))).toBe(true);
  expect(crossesItself(ring(0, 0, 10, 0, 10, 10, 5, 2, 0, 10))).toBe(false);
});

test('rings are closed once, and positions do not stand twice', () => {
  const square = ring(0, 0, 1, 0, 1, 1, 0, 0);
  expect(closed(square)).toEqual(square);
  expect(closed(square.slice(0, 3))).toEqual(square);
  expect(closed([])).toEqual([]);
  expect(withoutRepeats(ring(5, 5, 0, 0, 0, 0, 1, 1, 5, 5))).toEqual(ring(0, 0, 1, 1, 5, 5));
});
