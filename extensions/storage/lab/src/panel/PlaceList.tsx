import type { ReactElement } from 'react';
import type { Place } from '../tokens';
import { useIcons } from './icons';

interface Props {
  readonly places: readonly Place[];
  readonly onEnter: (place: Place) => void;
}

/** The buckets and prefixes that a person may reach, with what they may do there. */
export function PlaceList({ places, onEnter }: Props): ReactElement {
  const icons = useIcons();
  return (
    <ul className="eohub-S3-places" aria-label="Places">
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
  );
}
