import { mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { Edges } from './raster';

type Line = readonly (readonly [number, number])[];

/** Wider than this many degrees, the coarse coasts do. */
const COARSE_FROM = 100;

/** Gives the coasts inside some edges as an SVG path: x east of the west edge, y south of the north edge. */
export type Coasts = (edges: Edges) => Promise<string>;

/** Natural Earth's coasts, which are loaded when a map is drawn for the first time. */
export async function coastsIn(edges: Edges): Promise<string> {
  const world =
    edges.east - edges.west > COARSE_FROM
      ? (await import('world-atlas/land-110m.json')).default
      : (await import('world-atlas/land-50m.json')).default;
  return pathOf(linesOf(world), edges);
}

function linesOf(world: Topology<{ land: GeometryCollection }>): Line[] {
  return mesh(world, world.objects.land).coordinates as unknown as Line[];
}

/** Lines as a path, once for each turn of the globe that is in sight; what lies outside is left out. */
export function pathOf(lines: readonly Line[], edges: Edges): string {
  const parts: string[] = [];
  for (const turn of [-360, 0, 360]) {
    for (const line of lines) {
      addVisible(parts, line, turn, edges);
    }
  }
  return parts.join('');
}

function addVisible(parts: string[], line: Line, turn: number, edges: Edges): void {
  let isDrawing = false;
  for (let index = 1; index < line.length; index += 1) {
    const [from, to] = [line[index - 1], line[index]] as [Line[number], Line[number]];
    if (isSeen(from, to, turn, edges)) {
      parts.push(isDrawing ? '' : point('M', from, turn, edges), point('L', to, turn, edges));
      isDrawing = true;
    } else {
      isDrawing = false;
    }
  }
}

/** Whether a piece can be in sight; one along the antimeridian, or over it, is where the globe was cut. */
function isSeen(from: Line[number], to: Line[number], turn: number, edges: Edges): boolean {
  const isAlong = Math.abs(from[0]) > 179.99 && Math.abs(to[0]) > 179.99;
  const isCut = isAlong || Math.abs(from[0] - to[0]) > 180;
  const [west, east] = [Math.min(from[0], to[0]) + turn, Math.max(from[0], to[0]) + turn];
  const [south, north] = [Math.min(from[1], to[1]), Math.max(from[1], to[1])];
  return (
    !isCut &&
    east >= edges.west &&
    west <= edges.east &&
    north >= edges.south &&
    south <= edges.north &&
    north > -89.99
  );
}

function point(letter: string, [x, y]: Line[number], turn: number, edges: Edges): string {
  return `${letter}${(x + turn - edges.west).toFixed(3)} ${(edges.north - y).toFixed(3)}`;
}
