import type { ComponentType, ReactElement } from 'react';
import type { ItemState } from '../../itemLoad';
import type { ItemDetail, ItemKey } from '../../tokens';
import type { Tiles } from '../map/types';
import { Assets } from './Assets';
import { ItemFacts } from './ItemFacts';
import { ItemHead } from './ItemHead';
import { ItemPictures } from './ItemPictures';
import { RawJson } from './RawJson';
import { Sections } from './Sections';
import { Trouble } from './Trouble';

/** What a person can do on the page of an item. */
export interface ItemActions {
  readonly retry: () => void;
  readonly insert: (detail: ItemDetail) => void;
  readonly order: (detail: ItemDetail) => void;
  readonly openKey: (key: ItemKey) => void;
  readonly copy: (text: string) => void;
  /** Look at the data of one file; null where the cube view is not there. */
  readonly look: ((asset: string) => void) | null;
  /** Open the menu of the item at a place of the window, in pixels. */
  readonly openMenu: (detail: ItemDetail, x: number, y: number) => void;
}

/** What the page is drawn from. */
export interface ItemPageProps {
  readonly itemKey: ItemKey;
  readonly state: ItemState;
  /** Title of the catalogue, where it is known. */
  readonly catalogue: string;
  readonly tiles: Tiles | null;
  /** Where the browser finds the small picture of an asset. */
  readonly pictureUrl: (asset: string) => string;
  /** JupyterLab's icon of a menu. */
  readonly caret: ComponentType;
  readonly actions: ItemActions;
}

/** Everything about one item. Nothing that a catalogue gives becomes HTML. */
export function ItemPage(props: ItemPageProps): ReactElement {
  const { detail } = props.state;
  return (
    <article className="eohub-ItemPage" aria-busy={props.state.loading}>
      <Trouble {...props} />
      {detail && <Detail {...props} detail={detail} />}
    </article>
  );
}

function Detail({ detail, ...props }: ItemPageProps & { detail: ItemDetail }): ReactElement {
  const { summary } = detail;
  const { actions } = props;
  return (
    <>
      <ItemHead detail={detail} catalogue={props.catalogue} caret={props.caret} actions={actions} />
      <div className="eohub-ItemPage-columns">
        <ItemPictures summary={summary} tiles={props.tiles} pictureUrl={props.pictureUrl} />
        <div className="eohub-ItemPage-text">
          {summary.defects.length > 0 && (
            <section className="eohub-ItemDefects">
              <h2>What is wrong with its metadata</h2>
              <ul>
                {summary.defects.map((defect, index) => (
                  <li key={index}>{defect.message}</li>
                ))}
              </ul>
            </section>
          )}
          <ItemFacts detail={detail} onCopy={actions.copy} />
        </div>
      </div>
      <section>
        <h2>Files</h2>
        <Assets assets={detail.assets} onCopy={actions.copy} onLook={actions.look} />
      </section>
      {detail.sections.length > 0 && (
        <section>
          <h2>Metadata</h2>
          <Sections sections={detail.sections} />
        </section>
      )}
      <RawJson raw={detail.raw} onCopy={actions.copy} />
    </>
  );
}
