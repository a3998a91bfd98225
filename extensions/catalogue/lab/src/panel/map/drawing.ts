import Feature from 'ol/Feature.js';
import type MapBrowserEvent from 'ol/MapBrowserEvent.js';
import type OlMap from 'ol/Map.js';
import LineString from 'ol/geom/LineString.js';
import MultiPoint from 'ol/geom/MultiPoint.js';
import Polygon from 'ol/geom/Polygon.js';
import PointerInteraction from 'ol/interaction/Pointer.js';
import type VectorSource from 'ol/source/Vector.js';
import type { Area } from '../../tokens';
import type { Drawing } from '../mapProps';
import { areaOfBox, areaOfRing } from './area';
import type { Position } from './types';

const NEAR_PIXELS = 8;
const CROSSED = 'The sides of an area must not cross each other. Draw it again.';

/** What drawing tells. */
export interface DrawListener {
  readonly onDraw: (area: Area) => void;
  readonly onFault: (fault: string) => void;
}

/**
 * Draws an area: corners are set by click, by dragging (a box), or by keyboard at the middle of the map, which the
 * arrow keys move. Coordinates go on beyond 180 degrees as the map does.
 */
export class AreaDrawing extends PointerInteraction {
  private kind: Drawing | null = null;
  private corners: Position[] = [];
  private pressed: readonly [number, number] | null = null;

  constructor(
    private readonly sketch: VectorSource,
    private readonly listener: DrawListener
  ) {
    super();
  }

  /** Begin to draw, or give it up. */
  start(kind: Drawing | null): void {
    this.kind = kind;
    this.corners = [];
    this.pressed = null;
    this.sketch.clear();
    this.setActive(kind !== null);
  }

  /** Set a corner at the middle of the map. */
  setCornerInMiddle(): void {
    const middle = this.middle();
    if (middle) {
      this.add(middle);
    }
  }

  /** Show the sketch as far as the middle of the map, which has moved. */
  follow(): void {
    const middle = this.middle();
    if (middle && this.kind && this.corners.length > 0) {
      this.show(middle);
    }
  }

  /** Take the last corner back; says whether there was one. */
  undo(): boolean {
    const had = this.corners.length > 0;
    this.corners = this.corners.slice(0, -1);
    this.show(null);
    return had;
  }

  /** Close the polygon. */
  finish(): void {
    if (this.kind === 'polygon' && this.corners.length > 0) {
      this.close();
    }
  }

  override handleDownEvent(event: MapBrowserEvent): boolean {
    // OpenLayers asks for every press, also of other buttons.
    if (event.originalEvent instanceof PointerEvent && event.originalEvent.button !== 0) {
      return false;
    }
    this.pressed = pixelOf(event);
    if (this.kind === 'box' && this.corners.length === 0) {
      this.corners = [positionOf(event)];
    }
    return true;
  }

  override handleDragEvent(event: MapBrowserEvent): void {
    if (this.kind === 'box') {
      this.show(positionOf(event));
    }
  }

  override handleMoveEvent(event: MapBrowserEvent): void {
    if (this.kind && this.corners.length > 0) {
      this.show(positionOf(event));
    }
  }

  override handleUpEvent(event: MapBrowserEvent): boolean {
    const wasDragged =
      this.pressed !== null && distance(this.pressed, pixelOf(event)) > NEAR_PIXELS;
    this.pressed = null;
    if (this.kind === 'polygon') {
      this.click(event, wasDragged);
    } else if (this.corners[0] && this.isAway(event, this.corners[0])) {
      this.add(positionOf(event));
    }
    return false;
  }

  private click(event: MapBrowserEvent, wasDragged: boolean): void {
    const [first] = this.corners;
    const last = this.corners.at(-1);
    if (wasDragged) {
      return;
    }
    const isEnd = [first, last].some(corner => corner && !this.isAway(event, corner));
    if (isEnd && this.corners.length >= 3) {
      this.close();
    } else if (!last || this.isAway(event, last)) {
      this.add(positionOf(event));
    }
  }

  private add(corner: Position): void {
    const [first] = this.corners;
    if (this.kind !== 'box' || !first) {
      this.corners = [...this.corners, corner];
      this.show(corner);
    } else if (first[0] !== corner[0] && first[1] !== corner[1]) {
      this.start(this.kind);
      this.listener.onDraw(areaOfBox([...first, ...corner]));
    }
  }

  private close(): void {
    const area = areaOfRing(this.corners);
    this.start(this.kind);
    if (area) {
      this.listener.onDraw(area);
    } else {
      this.listener.onFault(CROSSED);
    }
  }

  private show(pointer: Position | null): void {
    const corners = pointer ? [...this.corners, pointer] : this.corners;
    const [first] = corners;
    const last = corners.at(-1);
    this.sketch.clear();
    if (!first || !last) {
      return;
    }
    const ring = this.kind === 'box' ? boxRing(first, last) : [...corners, first];
    const points = (this.kind === 'box' ? [first] : this.corners).map(corner => [...corner]);
    const path = ring.map(corner => [...corner]);
    const outline = ring.length > 3 ? new Polygon([path]) : new LineString(path);
    this.sketch.addFeatures([new Feature(outline), new Feature(new MultiPoint(points))]);
  }

  private middle(): Position | null {
    const [x, y] = this.getMap()?.getView().getCenter() ?? [];
    return x === undefined || y === undefined ? null : [x, y];
  }

  private isAway(event: MapBrowserEvent, corner: Position): boolean {
    const at = (this.getMap() as OlMap).getPixelFromCoordinate([...corner]);
    return distance([at[0] as number, at[1] as number], pixelOf(event)) > NEAR_PIXELS;
  }
}

function boxRing([x1, y1]: Position, [x2, y2]: Position): Position[] {
  return [
    [x1, y1],
    [x2, y1],
    [x2, y2],
    [x1, y2],
    [x1, y1]
  ];
}

function positionOf(event: MapBrowserEvent): Position {
  return event.coordinate as unknown as Position;
}

function pixelOf(event: MapBrowserEvent): readonly [number, number] {
  return event.pixel as unknown as readonly [number, number];
}

function distance(one: readonly [number, number], other: readonly [number, number]): number {
  return Math.hypot(one[0] - other[0], one[1] - other[1]);
}
