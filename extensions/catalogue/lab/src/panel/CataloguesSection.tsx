import { useEffect, useState, type FormEvent, type ReactElement } from 'react';
import type { CatalogueRow } from '../state';
import type { CatalogueState, IndexState } from '../tokens';
import { usePanel, type PanelState } from './context';
import { doneHere, kindName } from './abilities';
import { day, number } from './format';
import { IconButton } from './Header';

/** Which catalogues are searched, what each can do, and the way to more of them. */
export function CataloguesSection({ state }: { state: PanelState }): ReactElement {
  const { actions } = usePanel();
  const { search, registry } = state;
  const ids = search.rows.map(row => row.source.id).join();
  useEffect(() => actions.registry.look(), [actions, ids]);
  return (
    <section className="eohub-Section" aria-label="Catalogues">
      <ul className="eohub-Entries">
        {search.rows.map(row => (
          <Entry key={row.source.id} row={row} state={registry.states[row.source.id] ?? null} />
        ))}
      </ul>
      {registry.removed && (
        <p className="eohub-Undo" role="status">
          {registry.removed.title} is removed.{' '}
          <button
            type="button"
            className="eohub-Link"
            onClick={() => void actions.registry.restore()}
          >
            Undo
          </button>
        </p>
      )}
      <AddForm isAdding={registry.adding} />
      {registry.problem && (
        <p className="eohub-Fault" role="alert">
          {registry.problem.detail} {registry.problem.hint}
        </p>
      )}
    </section>
  );
}

interface EntryProps {
  readonly row: CatalogueRow;
  readonly state: CatalogueState | null;
}

function Entry({ row, state }: EntryProps): ReactElement {
  const { icons, actions } = usePanel();
  const { source } = row;
  const address = source.url ?? source.path ?? '';
  const told = state === null ? '' : doneHere(state.abilities);
  return (
    <li className="eohub-Entry">
      <div className="eohub-Line">
        <label className="eohub-Wide eohub-Tick" title={address}>
          <input
            type="checkbox"
            checked={row.chosen}
            onChange={event => actions.search.choose(source.id, event.target.checked)}
          />
          <span className="eohub-Cut">{source.title}</span>
        </label>
        <span className="eohub-Kind">{kindName(source.kind)}</span>
        {source.own && (
          <IconButton
            label={`Remove ${source.title}`}
            onClick={() => void actions.registry.remove(source)}
          >
            <icons.close />
          </IconButton>
        )}
      </div>
      {told !== '' && <p className="eohub-Hint">{told}</p>}
      {state?.index && <Index title={source.title} catalogue={source.id} index={state.index} />}
    </li>
  );
}

interface IndexProps {
  readonly title: string;
  readonly catalogue: string;
  readonly index: IndexState;
}

/** How far the local index is, and the buttons that build, refresh and stop it. */
function Index({ title, catalogue, index }: IndexProps): ReactElement {
  const { actions } = usePanel();
  const isBuilding = index.state === 'building';
  const label = index.state === 'none' ? 'Build index' : 'Refresh index';
  return (
    <div className="eohub-Index">
      <span className="eohub-Hint">{stateOf(index)}</span>
      {isBuilding && (
        <progress
          aria-label={`Index of ${title}`}
          max={index.total ?? undefined}
          value={index.total === null ? undefined : index.documents}
        />
      )}
      <button
        type="button"
        className="eohub-Link eohub-Small"
        onClick={() =>
          void (isBuilding ? actions.registry.stop(catalogue) : actions.registry.build(catalogue))
        }
      >
        {isBuilding ? 'Stop' : label}
      </button>
      {index.problem && (
        // What an index that is ready left out is no alarm: such files are often no STAC.
        <p className={`eohub-Long ${index.state === 'ready' ? 'eohub-Hint' : 'eohub-Fault'}`}>
          {index.problem}
        </p>
      )}
    </div>
  );
}

function stateOf({ state, documents, items, total, built }: IndexState): string {
  const of = total === null ? '' : ` of ${number(total)}`;
  switch (state) {
    case 'none':
      return 'It has no search of its own: an index makes it searchable.';
    case 'building':
      return `Reading ${number(documents)}${of} files, ${number(items)} items`;
    case 'ready':
      return `${number(items)} items indexed${built === null ? '' : `, ${day(built)}`}`;
    case 'stopped':
      return `Stopped after ${number(documents)} files, ${number(items)} items`;
    case 'failed':
      return `Failed after ${number(documents)} files, ${number(items)} items`;
  }
}

function AddForm({ isAdding }: { isAdding: boolean }): ReactElement {
  const { icons, actions } = usePanel();
  const [address, setAddress] = useState('');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (address.trim() !== '' && !isAdding && (await actions.registry.add(address))) {
      setAddress('');
    }
  };
  return (
    <form className="eohub-Line" onSubmit={event => void submit(event)}>
      <input
        type="text"
        className="jp-mod-styled"
        aria-label="Address or path of a catalogue"
        placeholder="https://... or a path of mine"
        maxLength={2048}
        value={address}
        onChange={event => setAddress(event.target.value)}
      />
      <button type="submit" className="jp-mod-styled" disabled={address.trim() === '' || isAdding}>
        <icons.add /> {isAdding ? 'Asking' : 'Add'}
      </button>
    </form>
  );
}
