import type { Dimension, ItemSummary, Variable } from '../tokens';
import type { Totals } from '../totals';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const NUMBERS = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Bytes in the unit that keeps the number below 1024, with one digit after the point above bytes. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1023.95 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${UNITS[unit]}`;
}

/** The stored size of an item; "at least" where not every asset tells its size, empty where none does. */
export function storedSize(item: ItemSummary): string {
  if (!item.stored) {
    return '';
  }
  const size = bytes(item.stored.size_bytes);
  return item.stored.complete ? size : `at least ${size}`;
}

/** The dimensions with their sizes, such as "time 240 × latitude 37 × longitude 49". */
export function shape(dimensions: readonly Dimension[]): string {
  return dimensions
    .map(each => `${each.name} ${each.size === null ? '?' : NUMBERS.format(each.size)}`)
    .join(' × ');
}

/** A variable with its unit, such as "air_temperature [K]". */
export function variable(each: Variable): string {
  return each.unit ? `${each.name} [${each.unit}]` : each.name;
}

/** A variable's smallest and largest value with four digits, such as "257.3 to 306.1"; empty if unknown. */
export function extent(each: Variable): string {
  return each.extent?.map(value => String(Number(value.toPrecision(4)))).join(' to ') ?? '';
}

/** The first variables, and how many more there are. */
export function variables(item: ItemSummary, most = 3): string {
  const named = item.variables.slice(0, most).map(variable);
  const rest = item.variable_count - named.length;
  return rest > 0 ? `${named.join(', ')} and ${rest} more` : named.join(', ');
}

/** The time range in days, or one time with minutes in UTC. */
export function period(start: string | null, end: string | null): string {
  if (start !== null && start === end) {
    return moment(start);
  }
  const [first, last] = [start, end].map(time => time?.slice(0, 10));
  if (!first && !last) {
    return 'no dates';
  }
  if (first === last) {
    return first ?? '';
  }
  return `${first ?? 'open'} to ${last ?? 'open'}`;
}

/** A time with minutes, in UTC. */
export function moment(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}

/** The time of a day with seconds, in UTC. */
export function clock(time: string): string {
  return `${time.slice(11, 19)} UTC`;
}

/** "1 defect", "2 defects". */
export function plural(count: number, word: string): string {
  return `${NUMBERS.format(count)} ${word}${count === 1 ? '' : 's'}`;
}

/** What is shown of how many, without making a total up. */
export function total({ shown, isAll, matched, isMost }: Totals): string {
  if (isAll) {
    return `showing all ${NUMBERS.format(shown)}`;
  }
  return matched === null
    ? `showing ${NUMBERS.format(shown)}, total unknown`
    : `showing ${NUMBERS.format(shown)} of ${isMost ? 'at most ' : ''}${NUMBERS.format(matched)}`;
}

/** A number with its thousands apart. */
export function number(count: number): string {
  return NUMBERS.format(count);
}

/** How large an item is and what it holds, as far as it tells. */
export function facts(item: ItemSummary): readonly string[] {
  const assets = item.kind === 'Zarr' ? '' : plural(item.asset_count, 'asset');
  const clouds = item.cloud_cover === null ? '' : `${Number(item.cloud_cover.toFixed(1))} % cloud`;
  return [storedSize(item), assets, variables(item), clouds].filter(each => each !== '');
}

/** The day of a time, such as "2020-12-31". */
export function day(time: string): string {
  return time.slice(0, 10);
}
