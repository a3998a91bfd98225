import {
  lazy,
  Suspense,
  useId,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement
} from 'react';
import { bounded, LEAST, MOST, type MapFrame } from '../frame';
import type { MapProps } from '../mapProps';
import { MapIcon } from './icons';
import type { Tiles } from './types';

// OpenLayers is as large as the rest of the panel, which is not kept waiting for it.
const CatalogueMap = lazy(() => import('./CatalogueMap'));

const STEP = 20;

/** What the map and its place in the panel need. */
export interface MapAreaProps extends MapProps {
  readonly frame: MapFrame;
  readonly onFrame: (frame: MapFrame) => void;
  readonly tiles: Tiles | null;
}

/** The map's place in the panel: it can be closed, and its height changed. Drawing opens it. */
export function MapArea({ frame, onFrame, ...map }: MapAreaProps): ReactElement {
  const id = useId();
  const [dragged, setDragged] = useState<number | null>(null);
  const isOpen = frame.open || map.drawing !== null;
  const height = dragged ?? frame.height;
  return (
    <section className="eohub-MapArea" aria-label="Map">
      <button
        type="button"
        className="eohub-MapArea-toggle"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => {
          map.onDrawStop();
          onFrame({ ...frame, open: !isOpen });
        }}
      >
        <MapIcon name={isOpen ? 'open' : 'closed'} /> Map
      </button>
      {isOpen && (
        <div id={id}>
          <div className="eohub-MapArea-frame" style={{ height }}>
            <Suspense fallback={<p className="eohub-MapArea-wait">Loading the map</p>}>
              <CatalogueMap {...map} />
            </Suspense>
          </div>
          <Grip
            height={height}
            controls={id}
            onDrag={setDragged}
            onHeight={changed => {
              setDragged(null);
              onFrame({ ...frame, height: changed });
            }}
          />
        </div>
      )}
    </section>
  );
}

interface GripProps {
  readonly height: number;
  readonly controls: string;
  /** While it is dragged. */
  readonly onDrag: (height: number) => void;
  readonly onHeight: (height: number) => void;
}

/** The lower edge, which changes the height by dragging or by the arrow keys. */
function Grip({ height, controls, onDrag, onHeight }: GripProps): ReactElement {
  const start = useRef<{ y: number; height: number } | null>(null);
  const reached = (event: PointerEvent) =>
    start.current ? bounded(start.current.height + event.clientY - start.current.y) : height;
  const press = (event: KeyboardEvent) => {
    const step = { ArrowUp: -STEP, ArrowDown: STEP }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      onHeight(bounded(height + step));
    }
  };
  return (
    <div
      className="eohub-MapArea-grip"
      role="separator"
      tabIndex={0}
      aria-orientation="horizontal"
      aria-label="Height of the map"
      aria-controls={controls}
      aria-valuenow={height}
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      onKeyDown={press}
      onPointerDown={event => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { y: event.clientY, height };
      }}
      onPointerMove={event => {
        if (start.current) {
          onDrag(reached(event));
        }
      }}
      onPointerUp={event => {
        if (start.current) {
          onHeight(reached(event));
          start.current = null;
        }
      }}
    />
  );
}
