import { fieldsOf } from './area';
import { formOf, textsOf } from './kept';
import type { SearchForm } from './form';

/** The parameter of the Lab's address that holds a search. */
export const PARAMETER = 'eohub-search';

/** What is announced when a link is in the clipboard. */
export const LINK_COPIED = 'The link is copied';

/** Longer addresses are cut by some browsers and proxies. */
const LONGEST_LINK = 8000;

/** A search as it stands in an address. */
export interface LinkedSearch {
  readonly form: SearchForm;
  /** The catalogues that are searched; none for all. */
  readonly catalogues: readonly string[];
}

/** The address of a search below the address of a Lab, or null where it would be too long. */
export function linkOf({ form, catalogues }: LinkedSearch, lab: string): string | null {
  const url = new URL(lab);
  const told = Object.entries({ ...form, catalogues }).filter(([, value]) =>
    Array.isArray(value) ? value.length > 0 : value !== '' && value !== null
  );
  url.searchParams.set(PARAMETER, JSON.stringify(Object.fromEntries(told)));
  keepBlanks(url);
  return url.href.length > LONGEST_LINK ? null : url.href;
}

/** The address of a Lab without the search that a link brought. */
export function withoutSearch(lab: string): string {
  const url = new URL(lab);
  url.searchParams.delete(PARAMETER);
  keepBlanks(url);
  return url.href;
}

/** JupyterLab takes the plus sign of a blank for a plus sign where it moves to another workspace. */
function keepBlanks(url: URL): void {
  url.search = url.search.replaceAll('+', '%20');
}

/** The search in the part of an address behind the question mark, or null where there is none. */
export function linkedSearch(query: string): LinkedSearch | null {
  const text = new URLSearchParams(query).get(PARAMETER);
  if (text === null) {
    return null;
  }
  try {
    const kept: unknown = JSON.parse(text);
    return { form: formOf(kept), catalogues: textsOf(fieldsOf(kept).catalogues) };
  } catch {
    return null;
  }
}
