import type { CubeDescription, Dimension, Range, Selection, Variable } from './tokens';

/** What is read of some dimensions; one that is not named is read whole. */
export type Ranges = Readonly<Record<string, Range>>;

/** The step of each dimension that the picture shows; one that is not named is at its first. */
export type Steps = Readonly<Record<string, number>>;

/** The variable that is looked at first: one with a map, otherwise one that can be read. */
export function firstVariable({ variables }: CubeDescription): string | null {
  const readable = variables.filter(each => each.problem === null);
  const data = readable.filter(each => !each.is_coordinate);
  const first = data.find(hasPlane) ?? data[0] ?? readable[0] ?? variables[0];
  return first?.name ?? null;
}

/** Whether a slice of it is a picture. */
export function hasPlane({ x, y }: Variable): boolean {
  return x !== null && y !== null;
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
  whole: readonly (string | null)[] = [variable.x, variable.y]
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
