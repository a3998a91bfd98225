import { labelAt } from './labels';
import { placeOf } from './raster';
import { dimensionsOf, rangeOf, sliceOf } from './selection';
import { chosen, shownPlane, type CubeState } from './state';
import type { EstimateQuery, Preview, PreviewQuery, SeriesQuery } from './tokens';

/** Questions about a part of a source; the source itself is the view's. */
export type Part<Q> = Omit<Q, 'source'>;

/** Bytes that a picture or a series reads without being asked. */
export const FREE_BYTES = 16 * 2 ** 20;

/** Most cells of a picture across and down. */
const MOST_CELLS = 512;

/** The picture of what is looked at; null where it is none. */
export function pictureQuery(state: CubeState, budget_bytes: number): Part<PreviewQuery> | null {
  const variable = chosen(state);
  const plane = shownPlane(state);
  const { description, looking } = state;
  if (!description || !variable || variable.problem !== null || !plane) {
    return null;
  }
  const { asset, group, steps, ranges } = looking;
  const box = sliceOf(description, variable, steps, ranges, [plane.across, plane.along]);
  const shown = plane.across === plane.along ? { across: null, along: null } : plane;
  const size = { width: MOST_CELLS, height: MOST_CELLS };
  return { asset, group, variable: variable.name, ranges: box, ...shown, budget_bytes, ...size };
}

/** The series of what is looked at, at a cell of its picture where it has one; null where there is none. */
export function seriesQuery(state: CubeState, preview: Preview | null): Part<SeriesQuery> | null {
  const variable = chosen(state);
  const { description, looking, point } = state;
  const plane = shownPlane(state);
  const along = state.along ?? variable?.series ?? null;
  const isReady = variable !== null && (!plane || (point !== null && preview !== null));
  if (!description || !isReady || along === null || variable.problem !== null) {
    return null;
  }
  const { asset, group, steps, ranges: box } = looking;
  const members = state.allMembers ? membersOf(state, along) : null;
  const ranges = sliceOf(description, variable, steps, box, [along, members ?? along]);
  const at = (name: string, step: number | undefined) => {
    if (step !== undefined && name !== along) {
      ranges[name] = { start: step, stop: step + 1, step: 1 };
    }
  };
  let place: [number, number] | null = null;
  if (plane && point && preview) {
    at(plane.along, preview.row_steps?.[point.row]);
    at(plane.across, preview.column_steps?.[point.column]);
    const middle = preview.row_steps === null ? placeOf(preview, point) : null;
    place = middle && [...middle];
  }
  const budget_bytes = FREE_BYTES;
  return { asset, group, variable: variable.name, along, ranges, place, budget_bytes };
}

/** The dimension of the members of an ensemble, where a series can have several; null where it cannot. */
export function membersOf(state: CubeState, along: string): string | null {
  const variable = chosen(state);
  const plane = shownPlane(state);
  if (!state.description || !variable) {
    return null;
  }
  const taken = [along, plane?.across, plane?.along];
  const found = dimensionsOf(state.description, variable).find(
    ({ name, kind, size }) => kind === 'ensemble' && size > 1 && !taken.includes(name)
  );
  return found?.name ?? null;
}

/** What a picture would read, when all of it is read. */
export function weightQuery({
  asset,
  group,
  variable,
  ranges
}: Part<PreviewQuery>): Part<EstimateQuery> {
  return { asset, group, selection: { variables: [variable], ranges } };
}

/** Steps in sight whose values are not known yet. */
export function unknownLabels(state: CubeState): readonly (readonly [string, number])[] {
  const variable = chosen(state);
  const { description, looking, labels } = state;
  if (!description || !variable) {
    return [];
  }
  return dimensionsOf(description, variable).flatMap(dimension => {
    const { name, size } = dimension;
    const { start, stop } = rangeOf(looking.ranges, dimension);
    const steps = new Set([looking.steps[name] ?? 0, start, Math.max(start, stop - 1)]);
    return [...steps]
      .filter(
        step => step < size && (labelAt(dimension, step) ?? labels[name]?.[step] ?? null) === null
      )
      .map(step => [name, step] as const);
  });
}
