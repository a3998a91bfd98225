import type { FeatureLike } from 'ol/Feature.js';
import Circle from 'ol/style/Circle.js';
import Fill from 'ol/style/Fill.js';
import Stroke from 'ol/style/Stroke.js';
import Style, { type StyleFunction } from 'ol/style/Style.js';
import { ShapeFeature } from './features';
import type { Palette } from './types';

const SMALLEST_PIXELS = 5;
/** What is larger covers a map of the panel, and is an outline with little in it. */
const LARGEST_PIXELS = 200;

interface Look {
  readonly line: string;
  readonly fill: string;
  readonly width: number;
  readonly halo?: string;
  readonly dash?: number[];
}

/** How each layer is drawn in a theme. */
export interface Styles {
  readonly land: Style;
  readonly lines: Style;
  readonly footprints: StyleFunction;
  readonly highlighted: StyleFunction;
  readonly selected: StyleFunction;
  readonly area: StyleFunction;
  readonly sketch: Style;
}

/** The styles in these colours. */
export function stylesOf(palette: Palette): Styles {
  const { line, fill, mark, markFill, area, areaFill, halo } = palette;
  return {
    land: new Style({ fill: new Fill({ color: palette.land }) }),
    lines: new Style({ stroke: new Stroke({ color: palette.border, width: 0.7 }) }),
    footprints: shapeStyle({ line, fill, width: 1.25 }),
    highlighted: shapeStyle({ line: mark, fill: markFill, width: 2, halo }),
    selected: shapeStyle({ line: mark, fill: markFill, width: 3, halo }),
    area: shapeStyle({ line: area, fill: areaFill, width: 1.5, dash: [6, 4] }),
    sketch: new Style({
      stroke: new Stroke({ color: area, width: 2, lineDash: [6, 4] }),
      fill: new Fill({ color: areaFill }),
      image: dot(area, halo, 4)
    })
  };
}

/**
 * A style that draws polygons without the seam of a cut, and a dot instead of what would be too small to see.
 */
function shapeStyle({ line, fill, width, halo, dash }: Look): StyleFunction {
  const filled = new Fill({ color: fill });
  const faint = new Fill({ color: `color-mix(in srgb, ${fill} 20%, transparent)` });
  const stroke = new Stroke({ color: line, width, lineDash: dash });
  const image = dot(line, halo ?? line, 2.5 + width / 2);
  const whole = [new Style({ fill: filled, stroke, image })];
  const wide = [new Style({ fill: faint, stroke, image })];
  const middles = (feature: FeatureLike) => of(feature)?.middles;
  const tiny = [new Style({ image, geometry: middles })];
  const outline = (feature: FeatureLike) => of(feature)?.outline ?? undefined;
  const lines = new Style({ stroke, geometry: outline });
  const cut = [new Style({ fill: filled, image }), lines];
  const wideCut = [new Style({ fill: faint, image }), lines];
  const glow = halo && new Stroke({ color: halo, width: width + 3 });
  if (glow) {
    // Not where it was cut: the two sides are drawn one after the other, and one's glow would cover the other.
    whole.unshift(new Style({ stroke: glow }));
    wide.unshift(new Style({ stroke: glow }));
  }
  return (feature, resolution) => {
    const drawn = of(feature);
    if (drawn && drawn.reach < SMALLEST_PIXELS * resolution) {
      return tiny;
    }
    const isWide = drawn !== null && drawn.reach > LARGEST_PIXELS * resolution;
    return drawn?.outline ? (isWide ? wideCut : cut) : isWide ? wide : whole;
  };
}

function of(feature: FeatureLike): ShapeFeature | null {
  return feature instanceof ShapeFeature ? feature : null;
}

function dot(colour: string, rim: string, radius: number): Circle {
  const fill = new Fill({ color: colour });
  return new Circle({ radius, fill, stroke: new Stroke({ color: rim, width: 1 }) });
}
