import { useState, type FormEvent, type ReactElement } from 'react';
import type { FreezeChoice } from '../freezing';
import type { FrozenState } from '../tokens';
import { usePanel, type PanelState } from './context';
import { bytes, number } from './format';

const ASSETS: readonly { readonly value: FreezeChoice['assets']; readonly label: string }[] = [
  { value: 'headers', label: 'items, file sizes, types' },
  { value: 'small', label: 'items and small files' },
  { value: 'none', label: 'items only' }
];

const MEGABYTE = 1_000_000;

/** Keeps the present search for a time without a network, and tells how far that is. */
export function FreezeForm({ state }: { state: PanelState }): ReactElement {
  const { freezing, search } = state;
  return (
    <details className="eohub-Expert" open={freezing.frozen.length > 0 || undefined}>
      <summary>Freeze: use this search without a network</summary>
      <NewFrozen isPossible={search.found.length > 0} />
      <ul className="eohub-Entries" aria-label="Frozen searches">
        {freezing.frozen.map(each => (
          <Frozen key={each.id} frozen={each} />
        ))}
      </ul>
      {freezing.problem && (
        <p className="eohub-Fault" role="alert">
          {freezing.problem.detail} {freezing.problem.hint}
        </p>
      )}
    </details>
  );
}

function NewFrozen({ isPossible }: { isPossible: boolean }): ReactElement {
  const { actions } = usePanel();
  const [title, setTitle] = useState('');
  const [assets, setAssets] = useState<FreezeChoice['assets']>('headers');
  const [most, setMost] = useState(1000);
  const [megabytes, setMegabytes] = useState(1);
  const [isZip, setZip] = useState(false);
  const path = pathOf(title, isZip);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const choice = {
      title: title.trim(),
      path,
      most_items: most,
      assets,
      largest_asset_bytes: megabytes * MEGABYTE
    };
    if (choice.title !== '' && (await actions.freezing.start(choice))) {
      setTitle('');
    }
  };
  return (
    <form className="eohub-Field eohub-Freeze" onSubmit={event => void submit(event)}>
      <input
        type="text"
        className="jp-mod-styled"
        aria-label="Title of the frozen search"
        placeholder="Title"
        maxLength={100}
        value={title}
        onChange={event => setTitle(event.target.value)}
      />
      <label className="eohub-Line">
        <span className="eohub-Label">keep</span>
        <AssetsField value={assets} onChange={setAssets} />
      </label>
      {assets === 'small' && <Largest megabytes={megabytes} onChange={setMegabytes} />}
      <Count
        label="Most items"
        before="at most"
        after="items"
        most={10_000}
        value={most}
        onChange={setMost}
      />
      <div className="eohub-Line">
        <FolderOrZip isZip={isZip} onChange={setZip} />
        <button
          type="submit"
          className="jp-mod-styled"
          disabled={title.trim() === '' || !isPossible}
        >
          Freeze
        </button>
      </div>
      {title.trim() !== '' && <p className="eohub-Hint">Into {path} in your files</p>}
    </form>
  );
}

interface FolderOrZipProps {
  readonly isZip: boolean;
  readonly onChange: (isZip: boolean) => void;
}

function FolderOrZip({ isZip, onChange }: FolderOrZipProps): ReactElement {
  return (
    <label className="eohub-Line eohub-Wide">
      <span className="eohub-Label">as a</span>
      <select
        className="jp-mod-styled"
        aria-label="Folder or file"
        value={isZip ? 'zip' : 'folder'}
        onChange={event => onChange(event.target.value === 'zip')}
      >
        <option value="folder">folder</option>
        <option value="zip">.zip file</option>
      </select>
    </label>
  );
}

interface LargestProps {
  readonly megabytes: number;
  readonly onChange: (megabytes: number) => void;
}

function Largest({ megabytes, onChange }: LargestProps): ReactElement {
  return (
    <Count
      label="Largest file in megabytes"
      before="each up to"
      after="MB"
      most={100}
      value={megabytes}
      onChange={onChange}
    />
  );
}

interface CountProps {
  readonly label: string;
  readonly before: string;
  readonly after: string;
  readonly most: number;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

/** A whole number from one on. */
function Count({ label, before, after, most, value, onChange }: CountProps): ReactElement {
  return (
    <label className="eohub-Line eohub-Wide">
      <span className="eohub-Label">{before}</span>
      <input
        type="number"
        className="jp-mod-styled eohub-Short"
        aria-label={label}
        min={1}
        max={most}
        value={value}
        onChange={event =>
          onChange(Math.min(most, Math.max(1, Math.round(event.target.valueAsNumber) || 1)))
        }
      />
      <span className="eohub-Label">{after}</span>
    </label>
  );
}

interface AssetsProps {
  readonly value: FreezeChoice['assets'];
  readonly onChange: (value: FreezeChoice['assets']) => void;
}

function AssetsField({ value, onChange }: AssetsProps): ReactElement {
  return (
    <select
      className="jp-mod-styled"
      aria-label="What is kept"
      value={value}
      onChange={event => onChange(ASSETS[event.target.selectedIndex]?.value ?? value)}
    >
      {ASSETS.map(each => (
        <option key={each.value} value={each.value}>
          {each.label}
        </option>
      ))}
    </select>
  );
}

/** A folder or file below the home folder, named after the title. */
function pathOf(title: string, isZip: boolean): string {
  const name = title
    .trim()
    .replace(/\.zip$/i, '')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[.-]+/, '');
  return `frozen-${name.replace(/^frozen-/i, '') || 'search'}${isZip ? '.zip' : ''}`;
}

function Frozen({ frozen }: { frozen: FrozenState }): ReactElement {
  const { actions } = usePanel();
  const { id, title, path, state, items, assets, problem } = frozen;
  const isFreezing = state === 'freezing';
  return (
    <li className="eohub-Entry">
      <div className="eohub-Line">
        <span className="eohub-Wide eohub-Cut" title={path}>
          {title}
        </span>
        <span className="eohub-Hint" role="status">
          {state}
        </span>
        {isFreezing && (
          <button
            type="button"
            className="eohub-Link"
            onClick={() => void actions.freezing.stop(id)}
          >
            Cancel
          </button>
        )}
      </div>
      {isFreezing && <progress aria-label={`Freezing ${title}`} />}
      <p className="eohub-Hint">
        {number(items)} items, {number(assets)} files, {bytes(frozen.bytes)} in {path}
      </p>
      {problem && (
        // What a search that is ready left out is no alarm: the addresses are kept.
        <p className={state === 'ready' ? 'eohub-Hint' : 'eohub-Fault'}>{problem}</p>
      )}
    </li>
  );
}
