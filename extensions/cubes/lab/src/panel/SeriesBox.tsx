import { useState, type ReactElement } from 'react';
import { membersOf } from '../asking';
import { bytesText, counted, numberText, ordinal } from '../format';
import { labelText } from '../labels';
import { dimensionsOf } from '../selection';
import { csvOf } from '../series';
import { dimensionNamed, shownPlane } from '../state';
import type { CubeDescription, Series, Variable } from '../tokens';
import type { CubeProps } from './context';
import { LineChart } from './LineChart';
import { Trouble, Waiting } from './Trouble';

type Props = CubeProps & { readonly variable: Variable };

/** Rows of the table of a series; a file has all of them. */
const MOST_ROWS = 500;

/** The values along one dimension at a place. */
export function SeriesBox(props: Props): ReactElement | null {
  const { series, state, actions, variable } = props;
  const { answer, asking, problem, stopped } = series;
  const along = state.along ?? variable.series;
  if (along === null || (shownPlane(state) && state.point === null)) {
    return null;
  }
  return (
    <section className="eohub-CubeSeries" aria-label="Series" aria-busy={asking}>
      <h2>
        Series along <AlongField {...props} along={along} />
        {membersOf(state, along) && (
          <label>
            <input
              type="checkbox"
              checked={state.allMembers}
              onChange={event => actions.showMembers(event.target.checked)}
            />
            all members
          </label>
        )}
      </h2>
      {asking && <Waiting text="Reading the series" onStop={() => actions.stop('series')} />}
      {stopped && !answer && <Trouble problem={null} text="Stopped." onRetry={actions.runAgain} />}
      {problem && !asking && <Trouble problem={problem} onRetry={actions.runAgain} />}
      {answer && answer.variable === variable.name && !problem && (
        <Shown {...props} answer={answer} />
      )}
    </section>
  );
}

function AlongField({ state, actions, variable, along }: Props & { along: string }): ReactElement {
  const choices = dimensionsOf(state.description as CubeDescription, variable).filter(
    ({ size, name }) => size > 1 || name === along
  );
  return (
    <select
      aria-label="Series along"
      value={along}
      onChange={event => actions.runAlong(event.target.value)}
    >
      {choices.map(({ name, label }) => (
        <option key={name} value={name}>
          {label}
        </option>
      ))}
    </select>
  );
}

function Shown(props: Props & { readonly answer: Series }): ReactElement {
  const { answer, state, actions } = props;
  const [isTable, setTable] = useState(false);
  const [copied, setCopied] = useState(false);
  const labels = dimensionNamed(state, answer.along)?.labels ?? null;
  return (
    <>
      <p>
        {answer.place}
        {answer.members.length > 0 &&
          ` · ${counted(answer.members.length, 'member')} and their mean`}
      </p>
      <LineChart series={answer} labels={labels} />
      <p className="eohub-CubeQuiet">
        {answer.every > 1 && `every ${ordinal(answer.every)} step · `}
        {bytesText(answer.bytes_read)} read in {counted(answer.requests, 'request')}
      </p>
      <div className="eohub-CubeSeries-buttons">
        <button
          type="button"
          className="eohub-CubeButton"
          onClick={() => {
            actions.copy(csvOf(answer));
            setCopied(true);
          }}
        >
          Copy as CSV
        </button>
        <button
          type="button"
          className="eohub-CubeButton"
          aria-expanded={isTable}
          onClick={() => setTable(!isTable)}
        >
          {isTable ? 'Hide the table' : 'Show as table'}
        </button>
        <span role="status">{copied && 'Copied'}</span>
      </div>
      {isTable && <Table series={answer} />}
    </>
  );
}

function Table({ series }: { readonly series: Series }): ReactElement {
  const { labels, values, along, variable, units } = series;
  return (
    <div
      className="eohub-CubeTable"
      role="region"
      aria-label="Table of the series"
      // It scrolls, so the keys have to reach it.
      tabIndex={0}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">{along}</th>
            <th scope="col">{units ? `${variable} [${units}]` : variable}</th>
          </tr>
        </thead>
        <tbody>
          {labels.slice(0, MOST_ROWS).map((label, index) => {
            const value = values[index] ?? null;
            return (
              <tr key={index}>
                <th scope="row">{labelText(label)}</th>
                <td>{value === null ? 'missing' : numberText(value)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {labels.length > MOST_ROWS && (
        <p>
          The first {MOST_ROWS} of {labels.length.toLocaleString('en')}; the CSV has all.
        </p>
      )}
    </div>
  );
}
