import type { ReactElement, ReactNode } from 'react';
import type { ItemDetail } from '../../tokens';
import { extent, period, shape, storedSize, variable } from '../format';
import { CopyButton } from './CopyButton';
import { licenceName, Outside } from './links';

interface Props {
  readonly detail: ItemDetail;
  readonly onCopy: (text: string) => void;
}

/** What a person wants to know first, and what they need to know before they show the data to others. */
export function ItemFacts({ detail, onCopy }: Props): ReactElement {
  const { summary, citation, doi, links } = detail;
  return (
    <dl className="eohub-ItemFacts">
      <Fact name="When">{period(summary.start, summary.end)}</Fact>
      <Fact name="Where">{summary.bbox && place(summary.bbox)}</Fact>
      <Fact name="Cloud cover">
        {summary.cloud_cover !== null && `${Number(summary.cloud_cover.toPrecision(3))} %`}
      </Fact>
      <Fact name="Stored">{storedSize(summary)}</Fact>
      <Fact name="Shape">{shape(summary.dimensions)}</Fact>
      <Fact name="Variables">
        {summary.variables.length > 0 && (
          <ul>
            {summary.variables.map(each => (
              <li key={each.name}>
                {variable(each)}
                {each.description && `: ${each.description}`}
                {each.extent && `, ${extent(each)}`}
              </li>
            ))}
            {summary.variable_count > summary.variables.length && (
              <li>and {summary.variable_count - summary.variables.length} more</li>
            )}
          </ul>
        )}
      </Fact>
      <Fact name="Licence">
        {(summary.license ?? summary.license_url) && (
          <Outside url={summary.license_url}>
            {licenceName(summary.license, summary.license_url)}
          </Outside>
        )}
      </Fact>
      <Fact name="Attribution">{summary.attribution}</Fact>
      <Fact name="Citation">
        {citation && (
          <>
            {citation} <CopyButton what="the citation" text={citation} onCopy={onCopy} />
          </>
        )}
      </Fact>
      <Fact name="DOI">{doi && <Outside url={doi}>{doi}</Outside>}</Fact>
      <Fact name="Providers">{summary.providers.join('; ')}</Fact>
      <Fact name="Source">
        {links.length > 0 && (
          <ul>
            {links.map((each, index) => (
              <li key={index}>
                <Outside url={each.url}>{each.title}</Outside>
              </li>
            ))}
          </ul>
        )}
      </Fact>
      <Fact name="STAC version">{detail.stac_version}</Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }): ReactElement | null {
  return children ? (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  ) : null;
}

/** A box in words, such as "15° to 60° N, 135° to 47° W". */
export function place([west, south, east, north]: readonly number[]): string {
  return `${side(south, north, 'S', 'N')}, ${side(west, east, 'W', 'E')}`;
}

function side(from = 0, to = 0, negative: string, positive: string): string {
  const degrees = (value: number) => `${Number(Math.abs(value).toFixed(4))}°`;
  const name = (value: number) => (value < 0 ? negative : positive);
  if (from === to) {
    return `${degrees(from)} ${name(from)}`;
  }
  const isOneSide = from < 0 === to < 0;
  return isOneSide
    ? `${degrees(from)} to ${degrees(to)} ${name(to)}`
    : `${degrees(from)} ${name(from)} to ${degrees(to)} ${name(to)}`;
}
