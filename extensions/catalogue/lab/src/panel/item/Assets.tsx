import type { ReactElement } from 'react';
import type { AssetDetail } from '../../tokens';
import { bytes } from '../format';
import { MiddleCut } from '../MiddleCut';
import { CopyButton } from './CopyButton';
import { Outside } from './links';
import { mediaType } from './mediaType';

interface Props {
  readonly assets: readonly AssetDetail[];
  readonly onCopy: (text: string) => void;
}

/** The files of an item. */
export function Assets({ assets, onCopy }: Props): ReactElement {
  if (assets.length === 0) {
    return <p>This item names no files.</p>;
  }
  return (
    <table className="eohub-Assets">
      <thead>
        <tr>
          <th scope="col">File</th>
          <th scope="col">Type</th>
          <th scope="col" className="eohub-Assets-size">
            Size
          </th>
          <th scope="col">Roles</th>
          <th scope="col">Address</th>
        </tr>
      </thead>
      <tbody>
        {assets.map(asset => (
          <Asset key={asset.key} asset={asset} onCopy={onCopy} />
        ))}
      </tbody>
    </table>
  );
}

function Asset({ asset, onCopy }: { asset: AssetDetail; onCopy: Props['onCopy'] }): ReactElement {
  const { key, title, description, href } = asset;
  return (
    <tr>
      <th scope="row">
        <span title={key}>{title ?? key}</span>
        {title !== null && title !== key && <span className="eohub-Assets-key">{key}</span>}
        {description && <p>{description}</p>}
      </th>
      <td title={asset.media_type ?? undefined}>{mediaType(asset.media_type)}</td>
      <td className="eohub-Assets-size">
        {asset.size_bytes === null ? '' : bytes(asset.size_bytes)}
      </td>
      <td>{asset.roles.join(', ')}</td>
      <td className="eohub-Assets-address">
        {href === null ? (
          'not told'
        ) : (
          <div>
            <code title={href}>
              <Outside url={asset.openable ? href : null} label={href}>
                <MiddleCut text={href} end={24} />
              </Outside>
            </code>
            <CopyButton what={`the address of ${key}`} text={href} onCopy={onCopy} />
          </div>
        )}
      </td>
    </tr>
  );
}
