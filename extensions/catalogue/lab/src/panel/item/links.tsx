import type { ReactElement, ReactNode } from 'react';

/** An address that a browser may open, or null: what a catalogue gives may be any text, such as `javascript:`. */
export function safeUrl(address: string | null): string | null {
  if (address === null || !URL.canParse(address)) {
    return null;
  }
  const { protocol } = new URL(address);
  return protocol === 'http:' || protocol === 'https:' ? address : null;
}

/** Text that leads outside in a new tab, or plain text where the address is none that may be opened. */
export function Outside(props: { url: string | null; children: ReactNode }): ReactElement {
  const url = safeUrl(props.url);
  return url === null ? (
    <>{props.children}</>
  ) : (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {props.children}
    </a>
  );
}
