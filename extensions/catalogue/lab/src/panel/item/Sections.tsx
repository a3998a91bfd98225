import { Fragment, type ReactElement } from 'react';
import type { ItemDetail } from '../../tokens';
import { Outside } from './links';

/** The facts of an item by the STAC extension that defines them. */
export function Sections({ sections }: Pick<ItemDetail, 'sections'>): ReactElement {
  return (
    <>
      {sections.map((section, index) => (
        <details key={index} className="eohub-ItemSection" open>
          <summary>{section.title}</summary>
          <dl className="eohub-ItemFacts">
            {section.fields.map(field => (
              <Fragment key={field.name}>
                <dt title={field.name}>{field.label}</dt>
                <dd>
                  <Outside url={field.url}>{field.value}</Outside>
                  {field.unit && ` ${field.unit}`}
                </dd>
              </Fragment>
            ))}
          </dl>
        </details>
      ))}
    </>
  );
}
