import Graticule from 'ol/layer/Graticule.js';
import Stroke from 'ol/style/Stroke.js';
import type { Palette } from './types';

/** Where there may be no land in sight. */
const FROM_ZOOM = 4;

/** Meridians and parallels, so that a map of a small footprint is not empty at sea. */
export class Grid extends Graticule {
  private readonly lines: Stroke;

  constructor() {
    const lines = new Stroke({ width: 0.5 });
    super({ strokeStyle: lines, wrapX: true, minZoom: FROM_ZOOM });
    this.lines = lines;
  }

  /** Take the colours of a theme. */
  paint({ border }: Palette): void {
    this.lines.setColor(border);
    this.changed();
  }
}
