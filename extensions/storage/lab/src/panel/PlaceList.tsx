import type { ReactElement } from 'react';
import type { Mount, Place } from '../tokens';
import { useIcons } from './icons';

interface Props {
  readonly places: readonly Place[];
  readonly mounts: readonly Mount[];
  readonly onEnter: (place: Place) => void;
}

/** The buckets and prefixes that a person may reach, with what they may do there. */
export function PlaceList({ places, mounts, onEnter }: Props): ReactElement {
  const icons = useIcons();
  return (
    <div className="eohub-S3-places">
      <ul aria-label="Places">
        {places.map(place => (
          <li key={`${place.bucket}/${place.prefix}`}>
            <button type="button" className="eohub-S3-place" onClick={() => onEnter(place)}>
              <icons.bucket />
              <span className="eohub-S3-placeTitle">{place.title}</span>
              {!place.writable && <span className="eohub-S3-mark">read only</span>}
              <span className="eohub-S3-path">
                s3://{place.bucket}/{place.prefix}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {mounts.length > 0 && <MountList mounts={mounts} />}
    </div>
  );
}

/** The folders in ~/data, and why one is not there. */
function MountList({ mounts }: { readonly mounts: readonly Mount[] }): ReactElement {
  return (
    <section className="eohub-S3-mounts" aria-label="Mounted folders">
      <h3>As folders in this server</h3>
      <ul>
        {mounts.map(({ name, title, state, detail }) => (
          <li key={name} data-state={state}>
            <code>~/data/{name}</code> {title}
            {state !== 'mounted' && (
              <p>
                {state === 'mounting' ? 'Being mounted.' : 'Not mounted.'} {detail}
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
