import { COLOUR_STEPS } from './colours';
import type { Preview } from './tokens';

/** Ends of a colour scale. */
export interface Scale {
  readonly low: number;
  readonly high: number;
}

/** A row and a column of a picture, from its top left corner. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** The numbers of a slice, row by row. */
export function valuesOf({ values, width, height }: Preview): Float32Array {
  const bytes = Uint8Array.from(atob(values), letter => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const numbers = new Float32Array(width * height);
  for (let index = 0; index < numbers.length && 4 * index + 4 <= bytes.length; index += 1) {
    numbers[index] = view.getFloat32(4 * index, true);
  }
  return numbers;
}

/** Pixels of numbers in colours; a missing value is left clear, so that the ground below it shows. */
export function pixelsOf(
  values: Float32Array,
  { low, high }: Scale,
  colours: Uint8Array
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * values.length);
  const span = high - low || 1;
  values.forEach((value, index) => {
    if (Number.isNaN(value)) {
      return;
    }
    const place = Math.min(1, Math.max(0, (value - low) / span));
    const step = 3 * Math.round(place * (COLOUR_STEPS - 1));
    pixels.set(colours.subarray(step, step + 3), 4 * index);
    pixels[4 * index + 3] = 255;
  });
  return pixels;
}

/** Edges with an east that is always east of the west. */
export interface Edges {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** Where a picture lies; null where it is on no map. */
export function edgesOf({ bounds }: Preview): Edges | null {
  if (bounds === null) {
    return null;
  }
  const [west, south, east, north] = bounds;
  return { west, south, east: east > west ? east : east + 360, north };
}

/** Width by height: that of degrees on a map, of cells elsewhere, and never a mere line. */
export function shapeOf(preview: Preview): number {
  const edges = edgesOf(preview);
  const shape = edges
    ? (edges.east - edges.west) / (edges.north - edges.south)
    : (preview.width * preview.every[1]) / (preview.height * preview.every[0]);
  return Number.isFinite(shape) ? Math.min(6, Math.max(1 / 3, shape)) : 1;
}

/** Longitude and latitude of the middle of a cell. */
export function placeOf(preview: Preview, { row, column }: Cell): readonly [number, number] | null {
  const edges = edgesOf(preview);
  return (
    edges && [
      edges.west + ((column + 0.5) / preview.width) * (edges.east - edges.west),
      edges.north - ((row + 0.5) / preview.height) * (edges.north - edges.south)
    ]
  );
}

/** The cell below a point that is told in shares of width and height. */
export function cellAt({ width, height }: Preview, across: number, down: number): Cell {
  const inside = (share: number, count: number) =>
    Math.min(count - 1, Math.max(0, Math.floor(share * count)));
  return { row: inside(down, height), column: inside(across, width) };
}

/** Ends of the colour scale where the slice itself gives none. */
export function scaleOf({ low, high, least, greatest }: Preview): Scale {
  const from = low ?? least ?? 0;
  const to = high ?? greatest ?? 1;
  return { low: from, high: to > from ? to : from + 1 };
}
