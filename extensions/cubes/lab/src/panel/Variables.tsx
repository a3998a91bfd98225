import { useState, type KeyboardEvent, type ReactElement } from 'react';
import { bytesText, counted } from '../format';
import type { Variable } from '../tokens';
import type { CubeActions, CubeProps } from './context';

/** From this many variables on, they can be filtered. */
const MANY = 8;

/** The variables of the data, coordinates folded away. */
export function Variables({ state, actions }: CubeProps): ReactElement {
  const [words, setWords] = useState('');
  const { description, looking } = state;
  const all = description?.variables ?? [];
  const total = description?.variable_count ?? 0;
  const shown = all.filter(variable => matches(variable, words));
  const data = shown.filter(({ is_coordinate }) => !is_coordinate);
  const coordinates = shown.filter(({ is_coordinate }) => is_coordinate);
  const rows = (variables: readonly Variable[]) => (
    <ul onKeyDown={moveFocus}>
      {variables.map(variable => (
        <Row
          key={variable.name}
          variable={variable}
          isChosen={variable.name === looking.variable}
          isAlso={looking.also.includes(variable.name)}
          actions={actions}
        />
      ))}
    </ul>
  );
  return (
    <nav className="eohub-CubeVariables" aria-label="Variables">
      <h2>Variables</h2>
      {all.length >= MANY && (
        <input
          type="search"
          className="eohub-CubeField"
          aria-label="Filter variables"
          placeholder="Filter by name or units"
          value={words}
          onChange={event => setWords(event.target.value)}
        />
      )}
      {rows(data)}
      {shown.length === 0 && <p>No variable is named like this.</p>}
      {coordinates.length > 0 && (
        <details open={data.length === 0 || undefined}>
          <summary>{counted(coordinates.length, 'coordinate')}</summary>
          {rows(coordinates)}
        </details>
      )}
      {total > all.length && (
        <p className="eohub-CubeQuiet">
          Showing {all.length} of {total.toLocaleString('en')} variables.
        </p>
      )}
    </nav>
  );
}

function matches({ name, label, units, standard_name }: Variable, words: string): boolean {
  const text = [name, label, units, standard_name].join(' ').toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every(word => text.includes(word));
}

interface RowProps {
  readonly variable: Variable;
  readonly isChosen: boolean;
  readonly isAlso: boolean;
  readonly actions: CubeActions;
}

function Row({ variable, isChosen, isAlso, actions }: RowProps): ReactElement {
  const { name, label, units, problem } = variable;
  return (
    <li className={isChosen ? 'eohub-CubeVariable eohub-mod-chosen' : 'eohub-CubeVariable'}>
      <input
        type="checkbox"
        aria-label={`Read ${name} too`}
        title={isChosen ? 'It is read: it is looked at' : `Read ${name} too`}
        checked={isChosen || isAlso}
        disabled={isChosen || problem !== null}
        onChange={event => actions.include(name, event.target.checked)}
      />
      <button
        type="button"
        aria-current={isChosen || undefined}
        onClick={() => actions.choose(name)}
      >
        <span className="eohub-CubeVariable-name">
          {name}
          {units && <span className="eohub-CubeQuiet"> [{units}]</span>}
        </span>
        {label !== name && <span className="eohub-CubeVariable-label">{label}</span>}
        <span className="eohub-CubeQuiet">{form(variable)}</span>
        {problem !== null && <span className="eohub-CubeVariable-problem">{problem}</span>}
      </button>
    </li>
  );
}

/** Shape, pieces and size of a variable. */
function form({ dimensions, shape, chunks, shards, dtype, size_bytes }: Variable): ReactElement {
  const sizes = dimensions.map((name, index) => `${name} ${shape[index]}`).join(' × ');
  const pieces = chunks && `chunks ${chunks.join(' × ')}`;
  const objects = shards && `shards ${shards.join(' × ')}`;
  const storage = [dtype, bytesText(size_bytes), pieces, objects].filter(Boolean).join(' · ');
  return (
    <>
      {sizes || 'a single value'}
      <br />
      {storage}
    </>
  );
}

/** Up and down go from variable to variable. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const way = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  if (way !== 0 && at >= 0) {
    event.preventDefault();
    buttons[at + way]?.focus();
  }
}
