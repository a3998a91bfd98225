import { lazy, Suspense, useMemo, useState, type ReactElement } from 'react';
import type { ItemSummary } from '../../tokens';
import type { Footprint } from '../mapProps';
import type { Tiles } from '../map/types';
import { surroundings } from './surroundings';

const CatalogueMap = lazy(() => import('../map/CatalogueMap'));
const nothing = () => undefined;

interface Props {
  readonly summary: ItemSummary;
  readonly tiles: Tiles | null;
  readonly pictureUrl: (asset: string) => string;
}

/** What the item looks like, and where it is. */
export function ItemPictures({ summary, tiles, pictureUrl }: Props): ReactElement {
  const { footprint, quicklook, title, bbox } = summary;
  const footprints = useMemo<readonly Footprint[]>(
    () => (footprint ? [{ key: '', title, geometry: footprint }] : []),
    [footprint, title]
  );
  return (
    <div className="eohub-ItemPictures">
      {quicklook !== null && (
        <Picture key={quicklook} address={pictureUrl(quicklook)} title={title} />
      )}
      {footprint ? (
        <div className="eohub-ItemPictures-map">
          <Suspense fallback={<p className="eohub-MapArea-wait">Loading the map</p>}>
            <CatalogueMap
              footprints={footprints}
              area={null}
              highlighted={null}
              selected={null}
              drawing={null}
              view={bbox && surroundings(bbox)}
              tiles={tiles}
              onDraw={nothing}
              onDrawStop={nothing}
              onView={nothing}
              onHighlight={nothing}
              onSelect={nothing}
            />
          </Suspense>
        </div>
      ) : (
        <p className="eohub-ItemPictures-none">This item has no place that could be drawn.</p>
      )}
    </div>
  );
}

function Picture({ address, title }: { address: string; title: string }): ReactElement {
  const [failed, setFailed] = useState(false);
  return failed ? (
    <p className="eohub-ItemPictures-none">Its picture could not be loaded.</p>
  ) : (
    <img src={address} alt={`Small picture of ${title}`} onError={() => setFailed(true)} />
  );
}
