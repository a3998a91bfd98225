import type { Palette } from './types';

/** The map's colours from the theme's variables, as they are at `element` now. */
export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const colour = (name: string, otherwise: string) =>
    style.getPropertyValue(`--jp-${name}`).trim() || otherwise;
  const line = colour('brand-color1', '#1976d2');
  const mark = colour('warn-color1', '#f57c00');
  const area = colour('success-color1', '#388e3c');
  return {
    land: colour('layout-color2', '#eeeeee'),
    border: colour('border-color1', '#bdbdbd'),
    line,
    fill: faded(line, 14),
    mark,
    markFill: faded(mark, 30),
    area,
    areaFill: faded(area, 8),
    halo: colour('layout-color0', '#ffffff')
  };
}

/** A colour of which so many percent are left; whatever form the theme gave it. */
function faded(colour: string, percent: number): string {
  return `color-mix(in srgb, ${colour} ${percent}%, transparent)`;
}
