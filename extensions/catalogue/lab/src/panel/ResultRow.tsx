import {
  useId,
  type FocusEvent,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode
} from 'react';
import type { ItemSummary } from '../tokens';
import { extent, period, plural, shape, storedSize, variable, variables } from './format';
import { useIcons } from './icons';

interface Props {
  readonly item: ItemSummary;
  readonly catalogue: string | null;
  readonly selected: boolean;
  readonly reachable: boolean;
  readonly inserting: boolean;
  readonly onSelect: () => void;
  readonly onInsert: () => void;
  readonly onKeyDown: (event: KeyboardEvent<HTMLLIElement>) => void;
}

/** One item: what it is, how large, when, what is wrong with it, and the button that writes code. */
export function ResultRow(props: Props): ReactElement {
  const { item, selected, onSelect, onKeyDown } = props;
  const titleId = useId();
  return (
    <li
      className="eohub-ResultRow"
      tabIndex={props.reachable ? 0 : -1}
      aria-current={selected}
      aria-labelledby={titleId}
      onFocus={event => selectByKeyboard(event, onSelect)}
      onClick={onSelect}
      onKeyDown={onKeyDown}
    >
      <div className="eohub-ResultRow-head">
        <span id={titleId} className="eohub-ResultRow-title" title={item.title}>
          {item.title}
        </span>
        <span className="eohub-Kind">{item.kind}</span>
      </div>
      <Facts item={item} catalogue={props.catalogue} />
      <div className="eohub-ResultRow-foot">
        <Defects item={item} />
        <InsertButton item={item} inserting={props.inserting} onInsert={props.onInsert} />
      </div>
      {selected && <Details item={item} />}
    </li>
  );
}

/**
 * Select what the keyboard reaches. A mouse selects when its button is up: the row that was selected before
 * closes, and what is pressed would move away from under the pointer.
 */
function selectByKeyboard(event: FocusEvent<HTMLLIElement>, onSelect: () => void): void {
  if (event.target === event.currentTarget && event.target.matches(':focus-visible')) {
    onSelect();
  }
}

function Facts({ item, catalogue }: { item: ItemSummary; catalogue: string | null }): ReactElement {
  const size = storedSize(item);
  const assets = item.kind === 'Zarr' ? '' : plural(item.asset_count, 'asset');
  const first = [size, assets, variables(item), catalogue].filter(Boolean);
  return (
    <>
      {first.length > 0 && <div className="eohub-ResultRow-facts">{first.join(' · ')}</div>}
      {item.dimensions.length > 0 && (
        <div className="eohub-ResultRow-facts">{shape(item.dimensions)}</div>
      )}
      <div className="eohub-ResultRow-facts">{period(item.start, item.end)}</div>
    </>
  );
}

function Defects({ item }: { item: ItemSummary }): ReactElement {
  if (item.defects.length === 0) {
    return <span />;
  }
  return (
    <details className="eohub-Defects" onClick={event => event.stopPropagation()}>
      <summary>{plural(item.defects.length, 'defect')}</summary>
      <ul>
        {item.defects.map(defect => (
          <li key={defect.code}>{defect.message}</li>
        ))}
      </ul>
    </details>
  );
}

interface InsertProps {
  readonly item: ItemSummary;
  readonly inserting: boolean;
  readonly onInsert: () => void;
}

function InsertButton({ item, inserting, onInsert }: InsertProps): ReactElement {
  const { add: Add } = useIcons();
  const reasonId = useId();
  const refusal = item.code_refusal;
  return (
    <>
      <button
        type="button"
        className="jp-mod-styled eohub-Insert"
        // Not `disabled`: the reason has to be reachable by keyboard and screen reader.
        aria-disabled={refusal !== null || inserting}
        aria-describedby={refusal === null ? undefined : reasonId}
        title={refusal ?? 'Insert code that opens and plots this item'}
        onClick={() => {
          if (refusal === null && !inserting) {
            onInsert();
          }
        }}
      >
        <Add /> {inserting ? 'Inserting' : 'Insert code'}
      </button>
      {refusal !== null && (
        <span id={reasonId} className="eohub-Refusal">
          {refusal}
        </span>
      )}
    </>
  );
}

function Details({ item }: { item: ItemSummary }): ReactElement {
  return (
    <dl className="eohub-Details">
      {item.description && (
        <>
          <dt>About</dt>
          <dd>{item.description}</dd>
        </>
      )}
      {item.variables.length > 0 && (
        <>
          <dt>Variables</dt>
          {item.variables.map(each => (
            <dd key={each.name}>
              {variable(each)} ({each.dimensions.join(', ')})
              {each.description && `: ${each.description}`}
              {each.extent && `, ${extent(each)}`}
            </dd>
          ))}
        </>
      )}
      {item.code_refusal && (
        <>
          <dt>Code</dt>
          <dd>{item.code_refusal}</dd>
        </>
      )}
      <dt>Id</dt>
      <dd>
        {item.collection ? `${item.collection} / ` : ''}
        {item.id || 'none'}
      </dd>
      <Origin item={item} />
    </dl>
  );
}

/** What a person needs to know before the data is shown to others. */
function Origin({ item }: { item: ItemSummary }): ReactElement {
  return (
    <>
      {(item.license ?? item.license_url) && (
        <>
          <dt>Licence</dt>
          <dd>
            <Linked url={item.license_url}>{item.license ?? item.license_url}</Linked>
          </dd>
        </>
      )}
      {item.attribution && (
        <>
          <dt>Attribution</dt>
          <dd>{item.attribution}</dd>
        </>
      )}
      {item.providers.length > 0 && (
        <>
          <dt>Providers</dt>
          {item.providers.map((each, index) => (
            <dd key={index}>{each}</dd>
          ))}
        </>
      )}
      {item.sources.length > 0 && (
        <>
          <dt>Source</dt>
          {item.sources.map((each, index) => (
            <dd key={index}>
              <Linked url={each.url}>{each.title}</Linked>
            </dd>
          ))}
        </>
      )}
    </>
  );
}

function Linked({ url, children }: { url: string | null; children: ReactNode }): ReactElement {
  return url === null ? (
    <>{children}</>
  ) : (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}
