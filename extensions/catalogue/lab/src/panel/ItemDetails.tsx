import type { ReactElement, ReactNode } from 'react';
import type { Found } from '../merge';
import type { ItemSummary } from '../tokens';
import { usePanel } from './context';
import { extent, variable } from './format';
import { licenceName } from './item/links';

interface Props {
  readonly row: Found;
  readonly catalogues: ReadonlyMap<string, string>;
}

/** What the open row tells beside its facts. */
export function ItemDetails({ row, catalogues }: Props): ReactElement {
  const { actions } = usePanel();
  const { item, also } = row;
  const refusal = actions.opensData ? item.data_refusal : item.code_refusal;
  const names = [item, ...also].map(each => catalogues.get(each.catalogue) ?? each.catalogue);
  return (
    <dl className="eohub-Details">
      <Term name={item.defects.length > 0 ? 'Defects' : null}>
        {item.defects.map(defect => (
          <dd key={defect.code + defect.message} className="eohub-Defect">
            {defect.message}
          </dd>
        ))}
      </Term>
      <Term name={item.description ? 'About' : null}>
        <dd>{item.description}</dd>
      </Term>
      <Term name={item.variables.length > 0 ? 'Variables' : null}>
        {item.variables.map(each => (
          <dd key={each.name}>
            {variable(each)} ({each.dimensions.join(', ')})
            {each.description && `: ${each.description}`}
            {each.extent && `, ${extent(each)}`}
          </dd>
        ))}
      </Term>
      <Term name={item.chunking ? 'Chunks' : null}>
        <dd>{item.chunking?.told}</dd>
      </Term>
      <Term name={refusal ? (actions.opensData ? 'Data' : 'Code') : null}>
        <dd>{refusal}</dd>
      </Term>
      <Term name="Id">
        <dd>
          {item.collection ? `${item.collection} / ` : ''}
          {item.id || 'none'}
        </dd>
      </Term>
      <Term name={also.length > 0 ? 'Catalogues' : null}>
        <dd>{names.join(' and ')} have this item</dd>
      </Term>
      <Origin item={item} />
      <dd>
        <button
          type="button"
          className="eohub-Link"
          onClick={event => {
            event.stopPropagation();
            actions.openItem(item);
          }}
        >
          All about this item
        </button>
      </dd>
    </dl>
  );
}

function Term({
  name,
  children
}: {
  name: string | null;
  children: ReactNode;
}): ReactElement | null {
  return name === null ? null : (
    <>
      <dt>{name}</dt>
      {children}
    </>
  );
}

/** What a person needs to know before the data is shown to others. */
function Origin({ item }: { item: ItemSummary }): ReactElement {
  return (
    <>
      <Term name={(item.license ?? item.license_url) ? 'Licence' : null}>
        <dd>
          <Linked url={item.license_url}>{licenceName(item.license, item.license_url)}</Linked>
        </dd>
      </Term>
      <Term name={item.attribution ? 'Attribution' : null}>
        <dd>{item.attribution}</dd>
      </Term>
      <Term name={item.providers.length > 0 ? 'Providers' : null}>
        {item.providers.map((each, index) => (
          <dd key={index}>{each}</dd>
        ))}
      </Term>
      <Term name={item.sources.length > 0 ? 'Source' : null}>
        {item.sources.map((each, index) => (
          <dd key={index}>
            <Linked url={each.url}>{each.title}</Linked>
          </dd>
        ))}
      </Term>
    </>
  );
}

function Linked({ url, children }: { url: string | null; children: ReactNode }): ReactElement {
  if (url === null) {
    return <>{children}</>;
  }
  return (
    <a
      href={url}
      target="_blank"
      rel="noopener noreferrer"
      onClick={event => event.stopPropagation()}
    >
      {children}
    </a>
  );
}
