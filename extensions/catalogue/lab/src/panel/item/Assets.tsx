import { useId, type ReactElement } from 'react';
import type { AssetDetail } from '../../tokens';
import { bytes } from '../format';
import { MiddleCut } from '../MiddleCut';
import { CopyButton } from './CopyButton';
import { Outside } from './links';
import { mediaType } from './mediaType';

interface Props {
  readonly assets: readonly AssetDetail[];
  readonly onCopy: (text: string) => void;
  /** Look at the data of one of them; null where nothing here can. */
  readonly onLook: ((asset: string) => void) | null;
}

/** The files of an item. */
export function Assets({ assets, onCopy, onLook }: Props): ReactElement {
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
          {onLook && <th scope="col">Data</th>}
        </tr>
      </thead>
      <tbody>
        {assets.map(asset => (
          <Asset key={asset.key} asset={asset} onCopy={onCopy} onLook={onLook} />
        ))}
      </tbody>
    </table>
  );
}

interface AssetProps extends Omit<Props, 'assets'> {
  readonly asset: AssetDetail;
}

function Asset({ asset, onCopy, onLook }: AssetProps): ReactElement {
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
      {onLook && <td>{asset.data && <Look asset={asset} onLook={onLook} />}</td>}
    </tr>
  );
}

interface LookProps {
  readonly asset: AssetDetail;
  readonly onLook: (asset: string) => void;
}

/** The button that opens the cube view of one file, or says why it cannot. */
function Look({ asset, onLook }: LookProps): ReactElement {
  const reasonId = useId();
  const refusal = asset.data_refusal;
  return (
    <>
      <button
        type="button"
        className="jp-mod-styled"
        // Not `disabled`: the reason has to be reachable by keyboard and screen reader.
        aria-disabled={refusal !== null}
        aria-describedby={refusal === null ? undefined : reasonId}
        aria-label={`Look at the data of ${asset.title ?? asset.key}`}
        title={refusal ?? 'Look at its data'}
        onClick={() => refusal === null && onLook(asset.key)}
      >
        Look
      </button>
      {refusal !== null && (
        <span id={reasonId} className="eohub-Refusal">
          {refusal}
        </span>
      )}
    </>
  );
}
