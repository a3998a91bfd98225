import type { Position } from './types';

type Ring = readonly Position[];

/**
 * A simple open ring, whose longitudes may go on beyond 180 degrees, as open rings within -180 to 180: one for
 * each part that the antimeridian leaves of it.
 */
export function cutAtAntimeridian(ring: Ring): Position[][] {
  const longitudes = ring.map(position => position[0]);
  const first = Math.floor((Math.min(...longitudes) + 180) / 360);
  const last = Math.floor((Math.max(...longitudes) + 180) / 360);
  const parts: Position[][] = [];
  for (let world = first; world <= last; world += 1) {
    const turn = 360 * world;
    const inWorld = half(ring, turn - 180, true).flatMap(part => half(part, turn + 180, false));
    parts.push(...inWorld.map(part => part.map(([x, y]) => [x - turn, y] as const)));
  }
  return parts;
}

/** A ring without positions that stand twice in a row, first and last included. */
export function withoutRepeats(ring: Ring): Position[] {
  return ring.filter((position, index) => {
    const before = ring.at(index - 1) as Position;
    return ring.length === 1 || position[0] !== before[0] || position[1] !== before[1];
  });
}

/** The ring with its first position at its end too. */
export function closed(ring: Ring): Position[] {
  const [first] = ring;
  const last = ring.at(-1);
  const isClosed = first && last && first[0] === last[0] && first[1] === last[1];
  return isClosed || !first ? [...ring] : [...ring, first];
}

/** Whether two sides of an open ring, which are not neighbours, meet. */
export function crossesItself(ring: Ring): boolean {
  const at = (index: number) => ring[index % ring.length] as Position;
  return ring.some((_, one) =>
    ring.some((__, other) => {
      const areNeighbours = other <= one + 1 || (one === 0 && other === ring.length - 1);
      return !areNeighbours && meet(at(one), at(one + 1), at(other), at(other + 1));
    })
  );
}

function meet(a: Position, b: Position, c: Position, d: Position): boolean {
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
}

function side(a: Position, b: Position, c: Position): number {
  return Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
}

/**
 * The parts of a ring on one side of a meridian. Its runs of positions there are joined along the meridian: in
 * the order of their latitudes, the crossings bound what lies inside two by two.
 */
function half(ring: Ring, meridian: number, isEast: boolean): Position[][] {
  const inside = ring.map(position => position[0] > meridian === isEast);
  if (!inside.includes(false)) {
    return [[...ring]];
  }
  const runs = runsOf(ring, inside, meridian);
  const ends = runs.flatMap((run, index) => [
    { run: index, isStart: true, latitude: (run[0] as Position)[1] },
    { run: index, isStart: false, latitude: (run.at(-1) as Position)[1] }
  ]);
  ends.sort((a, b) => a.latitude - b.latitude);
  const follower = (run: number): number => {
    const end = ends.findIndex(each => each.run === run && !each.isStart);
    return (ends[end ^ 1] as { run: number }).run;
  };
  const used = new Set<number>();
  const parts = runs.map((_, start) => {
    const part: Position[] = [];
    for (let run = start; !used.has(run); run = follower(run)) {
      used.add(run);
      part.push(...(runs[run] as Position[]));
    }
    return withoutRepeats(part);
  });
  return parts.filter(part => part.length >= 3);
}

/** Runs of positions inside, each from the crossing where it comes in to the one where it goes out. */
function runsOf(ring: Ring, inside: readonly boolean[], meridian: number): Position[][] {
  const start = inside.findIndex((here, index) => here && !inside.at(index - 1));
  const runs: Position[][] = [];
  for (let step = 0; step < ring.length && start >= 0; step += 1) {
    const index = (start + step) % ring.length;
    const next = (index + 1) % ring.length;
    const here = ring[index] as Position;
    if (!inside[index]) {
      continue;
    }
    if (!inside.at(index - 1)) {
      runs.push([crossing(ring.at(index - 1) as Position, here, meridian)]);
    }
    runs.at(-1)?.push(here);
    if (!inside[next]) {
      runs.at(-1)?.push(crossing(here, ring[next] as Position, meridian));
    }
  }
  return runs;
}

function crossing(from: Position, to: Position, meridian: number): Position {
  const share = (meridian - from[0]) / (to[0] - from[0]);
  return [meridian, from[1] + share * (to[1] - from[1])];
}
