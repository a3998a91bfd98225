import type { ReactElement } from 'react';
import { counted } from '../format';
import { labelAt, labelText, labelWithUnit } from '../labels';
import { clamped, countOf, dimensionsOf, isWhole, pieceOf, rangeOf } from '../selection';
import { shownPlane, type CubeState } from '../state';
import type { CubeDescription, Dimension, Range, Variable } from '../tokens';
import type { CubeActions, CubeProps } from './context';
import { StepSlider } from './StepSlider';
import { ValueField } from './ValueField';

type Props = CubeProps & { readonly variable: Variable };

/** What the picture shows and what is read, for each dimension of the variable. */
export function Dimensions({ state, actions, variable }: Props): ReactElement {
  const dimensions = dimensionsOf(state.description as CubeDescription, variable);
  return (
    <section className="eohub-CubeDimensions" aria-label="Dimensions">
      <h2>Selection</h2>
      {dimensions.length === 0 && <p>It is a single value.</p>}
      {dimensions.map(dimension => (
        <Row
          key={dimension.name}
          dimension={dimension}
          variable={variable}
          state={state}
          actions={actions}
        />
      ))}
    </section>
  );
}

interface RowProps {
  readonly dimension: Dimension;
  readonly variable: Variable;
  readonly state: CubeState;
  readonly actions: CubeActions;
}

function Row({ dimension, variable, state, actions }: RowProps): ReactElement {
  const { name, size, label } = dimension;
  const { looking, labels, playing } = state;
  const step = Math.min(looking.steps[name] ?? 0, Math.max(0, size - 1));
  const known = (index: number) => labelAt(dimension, index) ?? labels[name]?.[index] ?? null;
  const typed = (index: number) => textOf(known(index), labelText);
  const told = (index: number) =>
    textOf(known(index), value => labelWithUnit(dimension, value)) || `step ${index}`;
  const plane = shownPlane(state);
  const isInPlane = name === plane?.across || name === plane?.along;
  const isAlong = !plane && name === (state.along ?? variable.series);
  const hasSlider = !isInPlane && !isAlong && size > 1;
  const piece = pieceOf(variable, name);
  return (
    <fieldset className="eohub-CubeDimension">
      <legend>
        {label}
        {label !== name && <span className="eohub-CubeQuiet"> ({name})</span>}
        <span className="eohub-CubeQuiet">
          {unitOf(dimension)} · {counted(size, 'step')}
          {piece !== null && ` in chunks of ${piece}`}
        </span>
      </legend>
      {hasSlider && (
        <div className="eohub-CubeDimension-step">
          <ValueField
            label={`${label} shown`}
            value={typed(step)}
            longest={Math.max(typed(0).length, typed(size - 1).length)}
            onLocate={text => actions.locate(name, text)}
            onStep={index => actions.step(name, index)}
          />
          <StepSlider
            dimension={dimension}
            step={step}
            range={rangeOf(looking.ranges, dimension)}
            piece={piece}
            told={told(step)}
            onStep={index => actions.step(name, index)}
          />
          <PlayButton
            label={label}
            isPlaying={playing === name}
            onPlay={isOn => actions.play(isOn ? name : null)}
          />
        </div>
      )}
      {size > 1 ? (
        <RangeFields
          dimension={dimension}
          range={rangeOf(looking.ranges, dimension)}
          typed={typed}
          actions={actions}
        />
      ) : (
        told(0)
      )}
    </fieldset>
  );
}

function unitOf({ labels }: Dimension): string {
  return labels?.calendar === null && labels.units ? ` ${labels.units}` : '';
}

type Label = number | string;

function textOf(value: Label | null, write: (value: Label) => string): string {
  return value === null ? '' : write(value);
}

function PlayButton(props: {
  readonly label: string;
  readonly isPlaying: boolean;
  readonly onPlay: (isOn: boolean) => void;
}): ReactElement {
  const name = props.isPlaying ? 'Pause' : `Play through ${props.label}`;
  return (
    <button
      type="button"
      className="eohub-CubeButton"
      aria-label={name}
      title={name}
      onClick={() => props.onPlay(!props.isPlaying)}
    >
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
        <path d={props.isPlaying ? 'M1 0h3v10h-3zM6 0h3v10h-3z' : 'M1 0l8 5l-8 5z'} />
      </svg>
    </button>
  );
}

interface RangeProps {
  readonly dimension: Dimension;
  readonly range: Range;
  readonly typed: (index: number) => string;
  readonly actions: CubeActions;
}

/** What is read of a dimension: from, to (both are read), and each how manieth step. */
function RangeFields({ dimension, range, typed, actions }: RangeProps): ReactElement {
  const { name, label } = dimension;
  const take = (part: Partial<Range>) => {
    const next = { ...range, ...part };
    const isTurned = next.stop <= next.start;
    actions.take(name, clamped(isTurned ? turned(range, part) : next, dimension));
  };
  const locate = (text: string) => actions.locate(name, text);
  const last = Math.max(range.start, range.stop - 1);
  const count = countOf(range);
  return (
    <div className="eohub-CubeDimension-range">
      <ValueField
        label={`${label} read from`}
        text="from"
        value={typed(range.start)}
        onLocate={locate}
        onStep={start => take({ start })}
      />
      <ValueField
        label={`${label} read to`}
        text="to"
        value={count === 0 ? '' : typed(last)}
        onLocate={locate}
        onStep={index => take({ stop: index + 1 })}
      />
      <label>
        <span>every</span>
        <input
          type="number"
          className="eohub-CubeField eohub-CubeField-count"
          aria-label={`${label} read every`}
          min={1}
          max={dimension.size}
          value={range.step}
          onChange={event => take({ step: Number(event.target.value) || 1 })}
        />
      </label>
      <span className="eohub-CubeDimension-count">
        {count === dimension.size ? 'all' : counted(count, 'step')}
      </span>
      {!isWhole(range, dimension) && (
        <button
          type="button"
          className="eohub-CubeButton"
          aria-label={`Read all of ${label}`}
          onClick={() => actions.take(name, { start: 0, stop: dimension.size, step: 1 })}
        >
          all
        </button>
      )}
    </div>
  );
}

/** An end that was moved past the other one takes it along, so that a range never is empty by accident. */
function turned(range: Range, { start, stop }: Partial<Range>): Range {
  return start !== undefined
    ? { ...range, start, stop: start + 1 }
    : { ...range, start: Math.max(0, (stop ?? range.stop) - 1), stop: stop ?? range.stop };
}
