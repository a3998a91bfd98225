import Graticule from 'ol/layer/Graticule.js';
import Fill from 'ol/style/Fill.js';
import Stroke from 'ol/style/Stroke.js';
import Text from 'ol/style/Text.js';
import { within } from './area';
import type { Palette } from './types';

/** Where there may be no land in sight. */
const FROM_ZOOM = 4;
const FONT = '10px sans-serif';
/** OpenLayers keeps copies of the labels' styles, so this is a grey that is read in light and dark themes. */
const INK = '#7d7d7d';

/** Meridians and parallels with their degrees, which tell where a small footprint is, also at sea. */
export class Grid extends Graticule {
  private readonly lines: Stroke;

  constructor() {
    const lines = new Stroke({ width: 0.5 });
    const fill = new Fill({ color: INK });
    super({
      strokeStyle: lines,
      showLabels: true,
      wrapX: true,
      minZoom: FROM_ZOOM,
      lonLabelFormatter: longitude => degrees(within(longitude), 'W', 'E'),
      latLabelFormatter: latitude => degrees(latitude, 'S', 'N'),
      lonLabelPosition: 1,
      latLabelPosition: 0,
      lonLabelStyle: new Text({ font: FONT, textBaseline: 'top', offsetY: 3, fill }),
      latLabelStyle: new Text({ font: FONT, textAlign: 'left', offsetX: 4, fill })
    });
    this.lines = lines;
  }

  /** Take the colours of a theme. */
  paint({ border }: Palette): void {
    this.lines.setColor(border);
    this.changed();
  }
}

/** Degrees with the side of the equator or of Greenwich, such as "12.5° W". */
export function degrees(value: number, negative: string, positive: string): string {
  const size = Number(Math.abs(value).toFixed(4));
  return size === 0 ? '0°' : `${size}° ${value < 0 ? negative : positive}`;
}
