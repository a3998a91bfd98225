import type { ReactElement } from 'react';

const PATHS = {
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  all: 'M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4',
  one: 'M8 1v3M8 12v3M1 8h3M12 8h3M8 4.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7z',
  box: 'M2.5 4h11v8h-11z',
  polygon: 'M3 12.5 2.5 5 9 2.5l4.5 5-3 5.5z',
  view: 'M1.5 3.5h13v9h-13zM5 8h6M8 5v6',
  none: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  open: 'M4 6.5 8 10.5 12 6.5',
  closed: 'M6.5 4 10.5 8 6.5 12'
} as const;

/** A line drawing in the colour of the text. */
export function MapIcon({ name }: { name: keyof typeof PATHS }): ReactElement {
  return (
    <svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true" className="eohub-MapIcon">
      <path d={PATHS[name]} />
    </svg>
  );
}
