import type { CubeDescription, Dimension, Range, Selection, Variable } from './tokens';

/** What is read of some dimensions; one that is not named is read whole. */
export type Ranges = Readonly<Record<string, Range>>;

/** The step of each dimension that the picture shows; one that is not named is at its first. */
export type Steps = Readonly<Record<string, number>>;

/** Names of what only tells the edges of cells. */
const BOUNDS = /(^|_)(bnds|bounds|vertices)(_|$)/;

/** The variable that is looked at first: one with a map, otherwise one that can be read. */
export function firstVariable({ variables }: CubeDescription): string | null {
  const readable = variables.filter(each => each.problem === null);
  const data = readable.filter(each => !each.is_coordinate && !BOUNDS.test(each.name));
  const first = data.find(mapOf) ?? data[0] ?? readable[0] ?? variables[0];
  return first?.name ?? null;
}

/** The two dimensions of a picture; twice the same where it shows scattered points. */
export interface Plane {
  readonly across: string;
  readonly along: string;
}

/** The plane of a map; null where a variable has none. */
export function mapOf({ x, y, points }: Variable): Plane | null {
  if (points !== null) {
    return { across: points, along: points };
  }
  return x !== null && y !== null ? { across: x, along: y } : null;
}

/** The plane that is shown: the one that was chosen, a map, or the last two dimensions; null for a line. */
export function planeOf(variable: Variable, wanted: Plane | null): Plane | null {
  const names = variable.dimensions;
  if (wanted && names.includes(wanted.across) && names.includes(wanted.along)) {
    return wanted;
  }
  const [along, across] = names.filter((_, index) => (variable.shape[index] ?? 0) > 1).slice(-2);
  const last = across !== undefined && along !== undefined ? { across, along } : null;
  return mapOf(variable) ?? last;
}

/** The dimensions of a variable, in its order. */
export function dimensionsOf(
  { dimensions }: CubeDescription,
  variable: Variable
): readonly Dimension[] {
  return variable.dimensions.flatMap(
    name => dimensions.find(dimension => dimension.name === name) ?? []
  );
}

/** Length of the pieces in which a variable is stored along a dimension; null where it is in one. */
export function pieceOf(variable: Variable, dimension: string): number | null {
  const index = variable.dimensions.indexOf(dimension);
  const length = variable.chunks?.[index];
  return length === undefined || length >= (variable.shape[index] ?? 0) ? null : length;
}

/** What is read of a dimension. */
export function rangeOf(ranges: Ranges, { name, size }: Dimension): Range {
  return ranges[name] ?? { start: 0, stop: size, step: 1 };
}

/** Whether a range takes all of a dimension. */
export function isWhole({ start, stop, step }: Range, { size }: Dimension): boolean {
  return start === 0 && stop >= size && step === 1;
}

/** How many steps a range takes. */
export function countOf({ start, stop, step }: Range): number {
  return Math.max(0, Math.ceil((stop - start) / step));
}

/** A range inside its dimension. */
export function clamped({ start, stop, step }: Range, { size }: Dimension): Range {
  const from = Math.min(Math.max(0, Math.round(start)), size);
  const to = Math.min(Math.max(from, Math.round(stop)), size);
  return { start: from, stop: to, step: Math.max(1, Math.round(step)) };
}

/** What is to be read: some variables and what is taken of their dimensions. */
export function selectionOf(
  description: CubeDescription,
  names: readonly string[],
  ranges: Ranges
): Selection {
  const chosen = description.variables.filter(({ name }) => names.includes(name));
  const used = description.dimensions.filter(
    dimension =>
      chosen.some(({ dimensions }) => dimensions.includes(dimension.name)) &&
      !isWhole(rangeOf(ranges, dimension), dimension)
  );
  return {
    variables: chosen.map(({ name }) => name),
    ranges: Object.fromEntries(used.map(each => [each.name, rangeOf(ranges, each)]))
  };
}

/** One step of every dimension but those in `whole`, of which the range is taken. */
export function sliceOf(
  description: CubeDescription,
  variable: Variable,
  steps: Steps,
  ranges: Ranges,
  whole: readonly string[]
): Record<string, Range> {
  return Object.fromEntries(
    dimensionsOf(description, variable).map(dimension => {
      const step = Math.min(steps[dimension.name] ?? 0, Math.max(0, dimension.size - 1));
      const one = { start: step, stop: step + 1, step: 1 };
      return [
        dimension.name,
        whole.includes(dimension.name) ? rangeOf(ranges, dimension) : one
      ] as const;
    })
  );
}
