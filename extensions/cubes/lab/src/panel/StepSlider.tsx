import type { KeyboardEvent, ReactElement } from 'react';
import type { Dimension, Range } from '../tokens';

/** More borders than this are a grey line. */
const MOST_BORDERS = 120;

interface Props {
  readonly dimension: Dimension;
  readonly step: number;
  readonly range: Range;
  /** Steps of one chunk; null where all are in one. */
  readonly piece: number | null;
  /** The value of the step, for a screen reader. */
  readonly told: string;
  readonly onStep: (index: number) => void;
}

/** Chooses one step: arrows one by one, Page Up and Down by chunk, Home and End. */
export function StepSlider(props: Props): ReactElement {
  const { dimension, step, range, piece, told, onStep } = props;
  const { size, label } = dimension;
  const share = (index: number) => (100 * index) / size;
  const borders =
    piece === null || size / piece > MOST_BORDERS
      ? []
      : Array.from({ length: Math.ceil(size / piece) - 1 }, (_, index) => (index + 1) * piece);
  const page = (event: KeyboardEvent) => {
    const way = event.key === 'PageUp' ? 1 : event.key === 'PageDown' ? -1 : 0;
    if (way !== 0) {
      event.preventDefault();
      onStep(otherChunk(step, way, piece ?? Math.max(1, Math.round(size / 10))));
    }
  };
  return (
    <span className="eohub-CubeSlider">
      <input
        type="range"
        aria-label={label}
        aria-valuetext={`${told}, ${step + 1} of ${size}`}
        min={0}
        max={size - 1}
        value={step}
        onChange={event => onStep(Number(event.target.value))}
        onKeyDown={page}
      />
      <svg
        className="eohub-CubeSlider-marks"
        viewBox="0 0 100 6"
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <rect x={share(range.start)} y={0} width={share(range.stop - range.start)} height={2} />
        {borders.map(border => (
          <line key={border} x1={share(border)} x2={share(border)} y1={2} y2={6} />
        ))}
      </svg>
      <span className="eohub-CubeSlider-count">
        {(step + 1).toLocaleString('en')} of {size.toLocaleString('en')}
      </span>
    </span>
  );
}

/** The first step of the chunk after this one, or before it. */
export function otherChunk(step: number, way: 1 | -1, piece: number): number {
  const chunk = Math.floor(step / piece);
  return (way === -1 && step % piece > 0 ? chunk : chunk + way) * piece;
}
