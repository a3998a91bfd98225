import Graticule from 'ol/layer/Graticule.js';
import Fill from 'ol/style/Fill.js';
import Stroke from 'ol/style/Stroke.js';
import Text from 'ol/style/Text.js';
import { within } from './area';
import type { Palette } from './types';

/** Where there may be no land in sight. */
const FROM_ZOOM = 4;
const FONT = '10px sans-serif';

/** Meridians and parallels with their degrees, which tell where a small footprint is, also at sea. */
export class Grid extends Graticule {
  private readonly lines: Stroke;
  private readonly ink: Fill;
  private readonly halo: Stroke;

  constructor() {
    const lines = new Stroke({ width: 0.5 });
    const ink = new Fill();
    const halo = new Stroke({ width: 2 });
    super({
      strokeStyle: lines,
      showLabels: true,
      wrapX: true,
      minZoom: FROM_ZOOM,
      lonLabelFormatter: longitude => degrees(within(longitude), 'W', 'E'),
      latLabelFormatter: latitude => degrees(latitude, 'S', 'N'),
      lonLabelPosition: 1,
      latLabelPosition: 0,
      lonLabelStyle: new Text({ font: FONT, textBaseline: 'top', fill: ink, stroke: halo }),
      latLabelStyle: new Text({ font: FONT, textAlign: 'left', fill: ink, stroke: halo })
    });
    this.lines = lines;
    this.ink = ink;
    this.halo = halo;
  }

  /** Take the colours of a theme. */
  paint({ border, text, halo }: Palette): void {
    this.lines.setColor(border);
    this.ink.setColor(text);
    this.halo.setColor(halo);
    this.changed();
  }
}

/** Degrees with the side of the equator or of Greenwich, such as "12.5° W". */
export function degrees(value: number, negative: string, positive: string): string {
  const size = Number(Math.abs(value).toFixed(4));
  return size === 0 ? '0°' : `${size}° ${value < 0 ? negative : positive}`;
}
