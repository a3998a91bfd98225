import { useMemo, useState, type ReactElement } from 'react';
import { MOST_BYTES } from '../cubeView';
import { bytesText, counted, latitudeText, longitudeText, numberText, ordinal } from '../format';
import { labelAt, labelText } from '../labels';
import { placeOf, scaleOf, valuesOf, type Cell } from '../raster';
import { dimensionsOf, mapOf, type Plane } from '../selection';
import { dimensionNamed, type CubeState } from '../state';
import type { CubeDescription, Preview, Variable } from '../tokens';
import { ColourBar } from './ColourBar';
import type { CubeProps } from './context';
import { Picture } from './Picture';
import { Notes, Trouble, Waiting } from './Trouble';

type Props = CubeProps & { readonly variable: Variable; readonly plane: Plane };

/** One slice as a picture, with its colours and the value below the pointer. */
export function PictureBox(props: Props): ReactElement {
  const { preview, state, actions, variable } = props;
  const { answer, asking, problem, stopped } = preview;
  return (
    <section className="eohub-CubePicture" aria-label="Picture" aria-busy={asking}>
      <h2>
        {variable.label} <PlaneFields {...props} />
      </h2>
      {asking && <Waiting text="Reading the slice" onStop={() => actions.stop('preview')} />}
      {stopped && !answer && <Trouble problem={null} text="Stopped." onRetry={actions.lookAgain} />}
      {problem && !asking && (
        <Trouble
          problem={problem}
          {...(problem.code === 'beyond_budget' ? {} : { onRetry: actions.lookAgain })}
        >
          {problem.code === 'beyond_budget' && (
            <Anyway bytes={state.beyond} onRead={actions.readAnyway} />
          )}
        </Trouble>
      )}
      {answer && answer.variable === variable.name && !problem && (
        <Drawn {...props} answer={answer} />
      )}
    </section>
  );
}

/** Which dimensions the picture shows, where there is a choice. */
function PlaneFields({ state, actions, variable, plane }: Props): ReactElement | null {
  const choices = dimensionsOf(state.description as CubeDescription, variable).filter(
    ({ size }) => size > 1
  );
  if (plane.across === plane.along || (choices.length < 3 && mapOf(variable))) {
    return null;
  }
  const field = (text: string, value: string, other: string, take: (name: string) => Plane) => (
    <label>
      {text}{' '}
      <select value={value} onChange={event => actions.turn(take(event.target.value))}>
        {choices
          .filter(({ name }) => name !== other)
          .map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
      </select>
    </label>
  );
  return (
    <span className="eohub-CubePicture-plane">
      {field('across', plane.across, plane.along, across => ({ ...plane, across }))}
      {field('along', plane.along, plane.across, along => ({ ...plane, along }))}
    </span>
  );
}

function Anyway(props: {
  readonly bytes: number | null;
  readonly onRead: () => void;
}): ReactElement | null {
  if (props.bytes !== null && props.bytes > MOST_BYTES) {
    return <p>It would read {bytesText(props.bytes)}. Select less of it.</p>;
  }
  return (
    <button type="button" className="eohub-CubeButton" onClick={props.onRead}>
      Read it anyway{props.bytes !== null && ` (${bytesText(props.bytes)})`}
    </button>
  );
}

function Drawn(props: Props & { readonly answer: Preview }): ReactElement {
  const { answer, state, actions, variable, coasts, plane } = props;
  const [cell, setCell] = useState<Cell | null>(null);
  const values = useMemo(() => valuesOf(answer), [answer]);
  const scale = state.colouring.scale ?? scaleOf(answer);
  const map = state.colouring.map ?? answer.colours;
  const seen = cell ?? state.point;
  const value = seen ? values[seen.row * answer.width + seen.column] : undefined;
  const every = Math.max(...answer.every);
  return (
    <>
      <Picture
        preview={answer}
        values={values}
        scale={scale}
        map={map}
        coasts={coasts}
        point={state.point}
        label={`Picture of ${variable.label}`}
        onSee={setCell}
        onPick={actions.pick}
      />
      <p className="eohub-CubeReadout" role="status">
        {seen && value !== undefined
          ? `${valueText(value, answer.units)} at ${placeText(answer, seen, plane, state)}`
          : 'Point at the picture for a value; click, or press Enter, for the series there.'}
      </p>
      <ColourBar
        scale={scale}
        map={map}
        units={answer.units}
        isOwn={state.colouring.scale !== null || state.colouring.map !== null}
        onColour={actions.colour}
      />
      <p className="eohub-CubeQuiet">
        {[
          answer.least !== null &&
            answer.greatest !== null &&
            `from ${numberText(answer.least)} to ${numberText(answer.greatest)}`,
          every > 1 && `drawn every ${ordinal(every)} cell`,
          `${bytesText(answer.bytes_read)} read in ${counted(answer.requests, 'request')}`
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <Notes notes={answer.notes} />
    </>
  );
}

function valueText(value: number, units: string | null): string {
  if (Number.isNaN(value)) {
    return 'No value';
  }
  return units ? `${numberText(value)} ${units}` : numberText(value);
}

/** Where a cell is: on the globe, or by the values of its dimensions. */
function placeText(preview: Preview, cell: Cell, plane: Plane, state: CubeState): string {
  const place = placeOf(preview, cell);
  if (place) {
    return `${latitudeText(place[1])}, ${longitudeText(place[0])}`;
  }
  const along = [
    [plane.along, preview.row_steps?.[cell.row]],
    [plane.across, preview.column_steps?.[cell.column]]
  ] as const;
  return along
    .map(([name, step]) => {
      const dimension = dimensionNamed(state, name);
      const label = dimension && step !== undefined ? labelAt(dimension, step) : null;
      return `${name} ${label === null ? (step ?? '') : labelText(label)}`;
    })
    .join(', ');
}
