import type { ReactElement } from 'react';
import type { UploadRow } from '../state';
import { bytes, percent } from './format';
import { useIcons } from './icons';
import { IconButton } from './Toolbar';

interface Props {
  readonly uploads: readonly UploadRow[];
  readonly onCancel: (id: number) => void;
}

/** Files on their way to S3, each of which can be cancelled, and those that did not arrive. */
export function UploadList({ uploads, onCancel }: Props): ReactElement | null {
  const icons = useIcons();
  if (uploads.length === 0) {
    return null;
  }
  return (
    <ul className="eohub-S3-uploads" aria-label="Uploads">
      {uploads.map(each => (
        <li key={each.id} className="eohub-S3-upload">
          <span className="eohub-S3-name">{each.name}</span>
          <IconButton
            label={each.problem ? `Dismiss ${each.name}` : `Cancel the upload of ${each.name}`}
            icon={icons.close}
            onClick={() => onCancel(each.id)}
          />
          {each.problem ? (
            <p role="alert">
              {each.problem.detail} {each.problem.hint}
            </p>
          ) : (
            <>
              <progress
                max={100}
                value={percent(each.sent, each.size)}
                aria-label={`Upload of ${each.name}`}
              />
              <span className="eohub-S3-size">
                {bytes(each.sent)} of {bytes(each.size)}
              </span>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
