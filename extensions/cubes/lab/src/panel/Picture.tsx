import { scaleLinear } from 'd3-scale';
import {
  useEffect,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement
} from 'react';
import type { Coasts } from '../coasts';
import { coloursOf } from '../colours';
import { digitsOf, latitudeText, longitudeText } from '../format';
import { cellAt, edgesOf, pixelsOf, shapeOf, type Cell, type Edges, type Scale } from '../raster';
import type { Preview } from '../tokens';

interface Props {
  readonly preview: Preview;
  readonly values: Float32Array;
  readonly scale: Scale;
  readonly map: string;
  readonly coasts: Coasts;
  readonly point: Cell | null;
  readonly label: string;
  readonly onSee: (cell: Cell | null) => void;
  readonly onPick: (cell: Cell) => void;
}

/** Cells that a page key moves. */
const PAGE = 10;

/** The cells in their colours, with coasts and degrees where they lie on a map, and a cross hair for the keys. */
export function Picture(props: Props): ReactElement {
  const { preview, point, label, onSee, onPick } = props;
  const [cross, setCross] = useState<Cell | null>(null);
  const edges = edgesOf(preview);
  const { width, height } = preview;
  const below = (event: PointerEvent<HTMLElement>): Cell => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = (at: number, length: number) => (length > 0 ? at / length : 0);
    return cellAt(
      preview,
      share(event.clientX - box.left, box.width),
      share(event.clientY - box.top, box.height)
    );
  };
  const press = (event: KeyboardEvent) => {
    const at = cross ?? point ?? { row: Math.floor(height / 2), column: Math.floor(width / 2) };
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onPick(at);
      return;
    }
    const next = moved(at, event.key, preview);
    if (next) {
      event.preventDefault();
      setCross(next);
      onSee(next);
    }
  };
  const style = { '--eohub-shape': shapeOf(preview) } as CSSProperties;
  return (
    <div className="eohub-Picture" style={style}>
      <div className="eohub-Picture-along">{preview.along}</div>
      <div
        className="eohub-Picture-frame"
        role="application"
        aria-roledescription="picture"
        aria-label={`${label}: arrow keys move a cross hair, Enter shows the series there`}
        tabIndex={0}
        onKeyDown={press}
        onBlur={() => {
          setCross(null);
          onSee(null);
        }}
        onPointerMove={event => onSee(below(event))}
        onPointerLeave={() => onSee(cross)}
        onClick={event => onPick(below(event as unknown as PointerEvent<HTMLElement>))}
      >
        <Cells {...props} />
        {edges && <Map edges={edges} coasts={props.coasts} />}
        {point && <Mark cell={point} preview={preview} className="eohub-Picture-point" />}
        {cross && <Mark cell={cross} preview={preview} className="eohub-Picture-cross" />}
      </div>
      <div className="eohub-Picture-across">{preview.across}</div>
    </div>
  );
}

/** The cell that a key moves to; null for other keys. */
export function moved({ row, column }: Cell, key: string, { width, height }: Preview): Cell | null {
  const ways: Readonly<Record<string, readonly [number, number]>> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    PageUp: [-PAGE, 0],
    PageDown: [PAGE, 0],
    Home: [0, -width],
    End: [0, width]
  };
  const way = ways[key];
  const inside = (at: number, count: number) => Math.min(count - 1, Math.max(0, at));
  return way ? { row: inside(row + way[0], height), column: inside(column + way[1], width) } : null;
}

function Cells({ preview, values, scale, map }: Props): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = preview;
  const { low, high } = scale;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context) {
      const pixels = pixelsOf(values, { low, high }, coloursOf(map));
      context.putImageData(new ImageData(pixels, width, height), 0, 0);
    }
  }, [values, width, height, low, high, map]);
  // One pixel for each cell; the browser makes them larger without a blur, whatever the screen's density.
  return <canvas ref={canvas} width={width} height={height} aria-hidden="true" />;
}

function Map({ edges, coasts }: { readonly edges: Edges; readonly coasts: Coasts }): ReactElement {
  const [path, setPath] = useState('');
  const { west, south, east, north } = edges;
  useEffect(() => {
    let isWanted = true;
    void coasts({ west, south, east, north }).then(
      drawn => isWanted && setPath(drawn),
      () => isWanted && setPath('')
    );
    return () => {
      isWanted = false;
    };
  }, [coasts, west, south, east, north]);
  const [across, down] = [east - west, north - south];
  return (
    <>
      <svg
        className="eohub-Picture-map"
        viewBox={`0 0 ${across} ${down}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <path className="eohub-Picture-halo" d={path} />
        <path className="eohub-Picture-coast" d={path} />
      </svg>
      <Degrees edges={edges} />
    </>
  );
}

function Degrees({ edges }: { readonly edges: Edges }): ReactElement {
  const { west, south, east, north } = edges;
  const isNarrow = east - west < 1;
  const across = scaleLinear([west, east], [0, 100]);
  const down = scaleLinear([north, south], [0, 100]);
  const [xs, ys] = [across.ticks(isNarrow ? 3 : 6), down.ticks(5)];
  return (
    <>
      {xs.map(degrees => (
        <span
          key={`x${degrees}`}
          className="eohub-Picture-tick eohub-mod-x"
          style={{ left: `${across(degrees)}%` }}
        >
          {longitudeText(degrees, digitsOf(xs))}
        </span>
      ))}
      {ys.map(degrees => (
        <span
          key={`y${degrees}`}
          className="eohub-Picture-tick eohub-mod-y"
          style={{ top: `${down(degrees)}%` }}
        >
          {latitudeText(degrees, digitsOf(ys))}
        </span>
      ))}
    </>
  );
}

function Mark(props: {
  readonly cell: Cell;
  readonly preview: Preview;
  readonly className: string;
}): ReactElement {
  const { cell, preview } = props;
  const left = `${(100 * (cell.column + 0.5)) / preview.width}%`;
  const top = `${(100 * (cell.row + 0.5)) / preview.height}%`;
  return (
    <span
      className={`eohub-Picture-mark ${props.className}`}
      style={{ left, top }}
      aria-hidden="true"
    />
  );
}
