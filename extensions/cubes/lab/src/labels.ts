import type { Dimension, Labels } from './tokens';

type Label = number | string;

/** The value of a step where the description tells it; null where the server has to be asked. */
export function labelAt({ labels, size }: Dimension, index: number): Label | null {
  if (labels === null) {
    return index;
  }
  const { first, last, step, values } = labels;
  if (values !== null) {
    return values[index] ?? null;
  }
  if (index === 0 || index === size - 1) {
    return index === 0 ? first : last;
  }
  return typeof first === 'number' && step !== null ? first + index * step : null;
}

/**
 * The step whose value a person typed, where the description tells it; null: ask the server, which knows calendars
 * and that longitudes go around.
 */
export function stepOf({ kind, labels, size }: Dimension, text: string): number | null {
  const typed = text.trim();
  const number = Number(typed);
  if (labels === null) {
    return typed !== '' && Number.isInteger(number) && number >= 0 && number < size ? number : null;
  }
  const { values } = labels;
  if (values === null || typed === '') {
    return null;
  }
  const same = values.indexOf(typed);
  const named = same >= 0 ? same : values.findIndex(value => beginsWith(value, typed));
  if (named >= 0 || Number.isNaN(number) || kind === 'x') {
    return named >= 0 ? named : null;
  }
  return nearest(values, number);
}

/** Whether a text begins with this to the end of a word, number or date: October is no `2000-1`. */
function beginsWith(value: Label, typed: string): boolean {
  return (
    typeof value === 'string' &&
    value.startsWith(typed) &&
    /^(T|\W|$)/.test(value.slice(typed.length))
  );
}

function nearest(values: readonly Label[], wanted: number): number | null {
  let best: number | null = null;
  let distance = Infinity;
  values.forEach((value, index) => {
    const away = typeof value === 'number' ? Math.abs(value - wanted) : Infinity;
    if (away < distance) {
      [best, distance] = [index, away];
    }
  });
  return best;
}

/** What a typed value is for the server: a number where the dimension has numbers. */
export function asLabel({ labels }: Dimension, text: string): Label {
  const typed = text.trim();
  const isNumber = labels === null || typeof labels.first === 'number';
  return isNumber && typed !== '' && !Number.isNaN(Number(typed)) ? Number(typed) : typed;
}

/** Whether the values of a dimension are times. */
export function isTime(labels: Labels | null): boolean {
  return labels !== null && labels.calendar !== null;
}

/** A value as a person reads and types it. */
export function labelText(label: Label): string {
  return typeof label === 'number'
    ? String(Number(label.toPrecision(7)))
    : label.replace(/T00:00(:00(\.0+)?)?Z?$/, '').replace(/(T\d\d:\d\d):00(\.0+)?Z?$/, '$1');
}

/** A value with its unit; a time needs none. */
export function labelWithUnit({ labels }: Dimension, label: Label): string {
  const unit = typeof label === 'number' ? (labels?.units ?? '') : '';
  return unit ? `${labelText(label)} ${unit}` : labelText(label);
}
