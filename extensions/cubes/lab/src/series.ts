import { scaleLinear, scaleUtc } from 'd3-scale';
import { labelText } from './labels';
import type { Labels, Series } from './tokens';

/** Where the points of a series stand on its axis, from 0 to 1, and what is written below it. */
export interface Axis {
  readonly places: readonly number[];
  readonly ticks: readonly { readonly place: number; readonly text: string }[];
}

/** Calendars whose dates are those of a browser. */
const REAL = ['standard', 'gregorian', 'proleptic_gregorian'];

/** The axis of a series: times by their distance, numbers by their value, all else one after another. */
export function axisOf({ labels }: Series, told: Labels | null): Axis {
  const numbers = labels.map(label => numberOf(label, told));
  if (labels.length < 2 || numbers.some(Number.isNaN)) {
    return evenAxis(labels);
  }
  const ends = endsOf(numbers);
  const isTime = typeof labels[0] === 'string';
  const scale = isTime ? scaleUtc(ends, [0, 1]) : scaleLinear(ends, [0, 1]);
  const write = scale.tickFormat(5) as (value: Date | number) => string;
  return {
    places: numbers.map(number => scale(number)),
    ticks: (scale.ticks(5) as (Date | number)[]).map(tick => ({
      place: scale(tick),
      text: write(tick)
    }))
  };
}

function numberOf(label: number | string, told: Labels | null): number {
  if (typeof label === 'number') {
    return label;
  }
  const isReal = told !== null && told.calendar !== null && REAL.includes(told.calendar);
  const text = /[T ]\d/.test(label) && !/(Z|[+-]\d\d:\d\d)$/.test(label) ? `${label}Z` : label;
  return isReal ? Date.parse(text) : NaN;
}

function evenAxis(labels: Series['labels']): Axis {
  const last = Math.max(1, labels.length - 1);
  const stride = Math.max(1, Math.ceil(labels.length / 5));
  return {
    places: labels.map((_, index) => index / last),
    ticks: labels.flatMap((label, index) =>
      index % stride === 0 ? [{ place: index / last, text: labelText(label) }] : []
    )
  };
}

/** The point of a series that is nearest to a place on its axis. */
export function nearestPoint({ places }: Axis, place: number): number {
  let best = 0;
  places.forEach((each, index) => {
    if (Math.abs(each - place) < Math.abs((places[best] ?? 0) - place)) {
      best = index;
    }
  });
  return best;
}

/** Not by spreading: a series may be longer than a call has room for. */
function endsOf(numbers: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const number of numbers) {
    low = Math.min(low, number);
    high = Math.max(high, number);
  }
  return [low, high];
}

/** Smallest and greatest value with some air, as a chart shows them. */
export function span(values: Series['values']): readonly [number, number] {
  const known = values.filter(value => value !== null);
  if (known.length === 0) {
    return [0, 1];
  }
  const [low, high] = endsOf(known);
  const air = (high - low) * 0.05 || Math.abs(high) * 0.05 || 1;
  return [low - air, high + air];
}

/** All values of a series, those of its members too. */
export function allValues({ values, members }: Series): Series['values'] {
  return [values, ...members.map(member => member.values)].flat();
}

/** A series as CSV: a line for each step, an empty cell where a value is missing, a column for each member. */
export function csvOf({ along, variable, units, labels, values, members }: Series): string {
  const named = units ? `${variable} [${units}]` : variable;
  const head = [along, named, ...members.map(({ label }) => `member ${label}`)];
  const columns = [values, ...members.map(member => member.values)];
  const lines = labels.map((label, index) => [
    String(label),
    ...columns.map(column => String(column[index] ?? ''))
  ]);
  return [head, ...lines].map(cells => cells.map(quoted).join(',')).join('\n') + '\n';
}

function quoted(cell: string): string {
  return /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
