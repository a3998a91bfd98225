import { useId, type ComponentType, type ReactElement } from 'react';
import type { ItemDetail } from '../../tokens';
import { MenuButton } from '../MenuButton';
import { CopyButton } from './CopyButton';
import type { ItemActions } from './ItemPage';

interface Props {
  readonly detail: ItemDetail;
  readonly catalogue: string;
  readonly caret: ComponentType;
  readonly actions: ItemActions;
}

/** What the item is, where it is from, and the button that writes code. */
export function ItemHead({ detail, catalogue, caret, actions }: Props): ReactElement {
  const { summary } = detail;
  const reasonId = useId();
  const refusal = actions.look ? summary.data_refusal : summary.code_refusal;
  return (
    <header className="eohub-ItemHead">
      <div className="eohub-ItemHead-title">
        <h1>{summary.title}</h1>
        <span className="eohub-Kind">{summary.kind}</span>
      </div>
      <p className="eohub-ItemHead-path">
        {[catalogue, summary.collection, summary.id || 'no id'].filter(Boolean).join(' / ')}
        {summary.id && <CopyButton what="the id" text={summary.id} onCopy={actions.copy} />}
      </p>
      {summary.description && <p>{summary.description}</p>}
      <div className="eohub-ItemHead-actions">
        {actions.look ? (
          <MenuButton
            of={summary.title}
            text="Open"
            refusal={refusal}
            reasonId={reasonId}
            caret={caret}
            onOpen={(x, y) => actions.openMenu(detail, x, y)}
          />
        ) : (
          <button
            type="button"
            className="jp-mod-styled jp-mod-accept"
            // Not `disabled`: the reason has to be reachable by keyboard and screen reader.
            aria-disabled={refusal !== null}
            aria-describedby={refusal === null ? undefined : reasonId}
            onClick={() => refusal === null && actions.insert(detail)}
          >
            Insert code
          </button>
        )}
        {summary.offer && (
          <button
            type="button"
            className="jp-mod-styled jp-mod-accept"
            onClick={() => actions.order(detail)}
          >
            Order data
          </button>
        )}
        {refusal !== null && <span id={reasonId}>{refusal}</span>}
      </div>
      <Chunks detail={detail} actions={actions} />
    </header>
  );
}

/** What the cube's chunks are good for, and the same cube in the other chunking. */
function Chunks({ detail, actions }: Pick<Props, 'detail' | 'actions'>): ReactElement | null {
  const { chunking } = detail.summary;
  const { sister } = detail;
  if (chunking === null) {
    return null;
  }
  return (
    <p className="eohub-Chunks">
      {chunking.told}{' '}
      {sister && (
        <button type="button" className="eohub-Link" onClick={() => actions.openKey(sister)}>
          {chunking.best_for === 'maps' ? 'The same for series' : 'The same for maps'}
        </button>
      )}
    </p>
  );
}
