import type { ReactElement, ReactNode } from 'react';

/** An address that a browser may open, or null: what a catalogue gives may be any text, such as `javascript:`. */
export function safeUrl(address: string | null): string | null {
  if (address === null || !URL.canParse(address)) {
    return null;
  }
  const { protocol } = new URL(address);
  return protocol === 'http:' || protocol === 'https:' ? address : null;
}

interface OutsideProps {
  readonly url: string | null;
  /** What it is called where that is not its text. */
  readonly label?: string;
  readonly children: ReactNode;
}

/** Text that leads outside in a new tab, or plain text where the address is none that may be opened. */
export function Outside(props: OutsideProps): ReactElement {
  const url = safeUrl(props.url);
  return url === null ? (
    <>{props.children}</>
  ) : (
    <a href={url} target="_blank" rel="noopener noreferrer" aria-label={props.label}>
      {props.children}
    </a>
  );
}

const CREATIVE_COMMONS = /^creativecommons\.org\/(licenses|publicdomain)\/([a-z-]+)\/([\d.]+)/;

/** What a licence is called: by its id, or by what its address tells. */
export function licenceName(id: string | null, address: string | null): string | null {
  const url = safeUrl(address);
  if (id !== null || url === null) {
    return id ?? address;
  }
  const { host, pathname } = new URL(url);
  const [, kind, name = '', version] =
    CREATIVE_COMMONS.exec(`${host.replace(/^www\./, '')}${pathname}`) ?? [];
  if (kind === undefined) {
    return `Licence at ${host}`;
  }
  const code = name === 'zero' ? 'CC0' : kind === 'licenses' ? `CC ${name.toUpperCase()}` : name;
  return `${code} ${version}`;
}
