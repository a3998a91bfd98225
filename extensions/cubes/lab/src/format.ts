const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Bytes as a person reads them, as the server writes them. */
export function bytesText(bytes: number): string {
  let [value, power] = [bytes, 0];
  while (value >= 999.5 && power < BYTE_UNITS.length - 1) {
    value /= 1024;
    power += 1;
  }
  return `${power === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[power]}`;
}

/** A number with about four figures. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size >= 1e6 || size < 1e-3)
    ? value.toExponential(3).replace(/\.?0+e/, 'e')
    : String(Number(value.toPrecision(5)));
}

/** A number of things, in words. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** "4th", as in "every 4th". */
export function ordinal(number: number): string {
  const tens = number % 100;
  const ends = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${ends}`;
}

/** A longitude, between 180 W and 180 E. */
export function longitudeText(degrees: number, digits = 3): string {
  const east = ((((degrees + 180) % 360) + 360) % 360) - 180;
  return compass(degrees === 180 ? 180 : east, 'E', 'W', digits);
}

/** A latitude. */
export function latitudeText(degrees: number, digits = 3): string {
  return compass(degrees, 'N', 'S', digits);
}

/** Digits that tell ticks of such a distance apart. */
export function digitsOf([first = 0, second = 0]: readonly number[]): number {
  return first === second
    ? 3
    : Math.max(0, Math.ceil(-Math.log10(Math.abs(second - first)) - 1e-9));
}

function compass(degrees: number, positive: string, negative: string, digits: number): string {
  const size = Number(Math.abs(degrees).toFixed(digits));
  return size === 0 ? '0°' : `${size}° ${degrees > 0 ? positive : negative}`;
}
