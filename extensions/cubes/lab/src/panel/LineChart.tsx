import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { useMemo, useState, type KeyboardEvent, type PointerEvent, type ReactElement } from 'react';
import { counted, numberText } from '../format';
import { labelText } from '../labels';
import { allValues, axisOf, nearestPoint, span, type Axis } from '../series';
import type { Labels, Series } from '../tokens';

const WIDTH = 560;
const HEIGHT = 190;
const LEFT = 62;
const BOTTOM = 24;
const AIR = 8;

interface Props {
  readonly series: Series;
  readonly labels: Labels | null;
}

/** A line with gaps where values are missing; pointer and arrow keys read it. */
export function LineChart({ series, labels }: Props): ReactElement {
  const [at, setAt] = useState<number | null>(null);
  const axis = useMemo(() => axisOf(series, labels), [series, labels]);
  const y = useMemo(
    () => scaleLinear(span(allValues(series)), [HEIGHT - BOTTOM, AIR]).nice(4),
    [series]
  );
  const press = (event: KeyboardEvent) => {
    const next = movedAlong(at ?? 0, event.key, series.values.length - 1);
    if (next !== null) {
      event.preventDefault();
      setAt(next);
    }
  };
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const across = box.width > 0 ? ((event.clientX - box.left) / box.width) * WIDTH : 0;
    setAt(nearestPoint(axis, (across - LEFT) / (WIDTH - LEFT - AIR)));
  };
  const line = at === null ? null : xOf(axis.places[at] ?? 0);
  return (
    <div className="eohub-LineChart">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="application"
        aria-roledescription="line chart"
        aria-label={`${series.variable} along ${series.along}: arrow keys read the values`}
        tabIndex={0}
        onKeyDown={press}
        onPointerMove={point}
        onPointerLeave={() => setAt(null)}
        onBlur={() => setAt(null)}
      >
        <Axes axis={axis} y={y} />
        {series.members.map(({ label, values }) => (
          <Line key={label} values={values} axis={axis} y={y} isMember />
        ))}
        <Line values={series.values} axis={axis} y={y} />
        {line !== null && (
          <line className="eohub-LineChart-at" x1={line} x2={line} y1={AIR} y2={HEIGHT - BOTTOM} />
        )}
      </svg>
      <p className="eohub-CubeReadout" role="status">
        {readOf(series, at)}
      </p>
    </div>
  );
}

const xOf = (place: number) => LEFT + place * (WIDTH - LEFT - AIR);

interface Scales {
  readonly axis: Axis;
  readonly y: ScaleLinear<number, number>;
}

function Axes({ axis, y }: Scales): ReactElement {
  return (
    <>
      {y.ticks(4).map(tick => (
        <g key={tick} transform={`translate(0 ${y(tick)})`}>
          <line className="eohub-LineChart-grid" x1={LEFT} x2={WIDTH - AIR} />
          <text x={LEFT - 6} dy="0.32em" textAnchor="end">
            {numberText(tick)}
          </text>
        </g>
      ))}
      {axis.ticks.map(({ place, text }) => (
        <text key={place} x={xOf(place)} y={HEIGHT - 6} textAnchor={anchorAt(place)}>
          {text}
        </text>
      ))}
    </>
  );
}

/** Words at the ends of the axis stay inside. */
function anchorAt(place: number): 'start' | 'middle' | 'end' {
  return place < 0.05 ? 'start' : place > 0.95 ? 'end' : 'middle';
}

interface LineProps extends Scales {
  readonly values: Series['values'];
  readonly isMember?: boolean;
}

/** The line; a value between two that are missing is a dot. */
function Line({ values, axis, y, isMember }: LineProps): ReactElement {
  const valueOf = (index: number) => values[index] ?? null;
  const at = (index: number) => ({
    cx: xOf(axis.places[index] ?? 0),
    cy: y(valueOf(index) ?? 0)
  });
  const indices = values.map((_, index) => index);
  const known = indices.filter(index => valueOf(index) !== null);
  const alone = known.filter(index => valueOf(index - 1) === null && valueOf(index + 1) === null);
  const draw = line<number>(
    index => at(index).cx,
    index => at(index).cy
  ).defined(index => valueOf(index) !== null);
  return (
    <>
      <path
        className={isMember ? 'eohub-LineChart-line eohub-mod-member' : 'eohub-LineChart-line'}
        d={draw(indices) ?? ''}
      />
      {alone.map(index => (
        <circle key={index} className="eohub-LineChart-dot" r={2} {...at(index)} />
      ))}
    </>
  );
}

function readOf({ values, units, labels }: Series, at: number | null): string {
  if (at === null) {
    const count = counted(values.length, 'value');
    return units ? `${count} in ${units}` : count;
  }
  const value = values[at] ?? null;
  const told = value === null ? 'no value' : `${numberText(value)} ${units ?? ''}`.trim();
  return `${labelText(labels[at] ?? '')}: ${told}`;
}

/** The point that a key moves to; null for other keys. */
function movedAlong(at: number, key: string, last: number): number | null {
  const to: Readonly<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    PageUp: at - 10,
    PageDown: at + 10,
    Home: 0,
    End: last
  };
  const next = to[key];
  return next === undefined ? null : Math.min(last, Math.max(0, next));
}
