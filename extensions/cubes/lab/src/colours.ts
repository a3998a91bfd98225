import * as chromatic from 'd3-scale-chromatic';

/** Steps of a colour map. */
export const COLOUR_STEPS = 256;

const FALLBACK = 'viridis';

/** Colour maps by matplotlib's names, those of even lightness first. */
const MAPS: Readonly<Record<string, (t: number) => string>> = {
  viridis: chromatic.interpolateViridis,
  cividis: chromatic.interpolateCividis,
  magma: chromatic.interpolateMagma,
  inferno: chromatic.interpolateInferno,
  plasma: chromatic.interpolatePlasma,
  Greys: chromatic.interpolateGreys,
  Blues: chromatic.interpolateBlues,
  Greens: chromatic.interpolateGreens,
  Oranges: chromatic.interpolateOranges,
  Purples: chromatic.interpolatePurples,
  Reds: chromatic.interpolateReds,
  BuGn: chromatic.interpolateBuGn,
  BuPu: chromatic.interpolateBuPu,
  GnBu: chromatic.interpolateGnBu,
  OrRd: chromatic.interpolateOrRd,
  PuBu: chromatic.interpolatePuBu,
  PuBuGn: chromatic.interpolatePuBuGn,
  PuRd: chromatic.interpolatePuRd,
  RdPu: chromatic.interpolateRdPu,
  YlGn: chromatic.interpolateYlGn,
  YlGnBu: chromatic.interpolateYlGnBu,
  YlOrBr: chromatic.interpolateYlOrBr,
  YlOrRd: chromatic.interpolateYlOrRd,
  BrBG: chromatic.interpolateBrBG,
  PRGn: chromatic.interpolatePRGn,
  PiYG: chromatic.interpolatePiYG,
  PuOr: chromatic.interpolatePuOr,
  RdBu: chromatic.interpolateRdBu,
  RdYlBu: chromatic.interpolateRdYlBu,
  RdYlGn: chromatic.interpolateRdYlGn,
  Spectral: chromatic.interpolateSpectral,
  turbo: chromatic.interpolateTurbo,
  hsv: chromatic.interpolateRainbow,
  twilight: chromatic.interpolateSinebow,
  tab10: place => chromatic.schemeCategory10[Math.min(9, Math.floor(10 * place))] ?? ''
};

/** Names that a person can choose from, each also with `_r` for the other way round. */
export const COLOUR_MAPS: readonly string[] = Object.keys(MAPS);

/** Name without `_r`, and whether it was there; one that is not known is told as the usual one. */
export function colourMap(name: string): { readonly base: string; readonly reversed: boolean } {
  const reversed = name.endsWith('_r');
  const base = reversed ? name.slice(0, -2) : name;
  return { base: Object.hasOwn(MAPS, base) ? base : FALLBACK, reversed };
}

/** Red, green and blue of each step, from low to high. */
export function coloursOf(name: string): Uint8Array {
  const { base, reversed } = colourMap(name);
  const colour = MAPS[base] as (t: number) => string;
  const table = new Uint8Array(3 * COLOUR_STEPS);
  for (let step = 0; step < COLOUR_STEPS; step += 1) {
    const place = step / (COLOUR_STEPS - 1);
    table.set(channels(colour(reversed ? 1 - place : place)), 3 * step);
  }
  return table;
}

/** A CSS gradient of a colour map, from left to right. */
export function gradientOf(name: string): string {
  const table = coloursOf(name);
  const stops = Array.from({ length: 17 }, (_, stop) => {
    const step = 3 * Math.round((stop / 16) * (COLOUR_STEPS - 1));
    return `rgb(${table.slice(step, step + 3).join(' ')})`;
  });
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

function channels(colour: string): number[] {
  if (colour.startsWith('#')) {
    return [1, 3, 5].map(start => parseInt(colour.slice(start, start + 2), 16));
  }
  return (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}
