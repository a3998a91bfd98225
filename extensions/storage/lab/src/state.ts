import type { Problem } from '@eohub/toolkit/lib/problem';
import type { Mount, ObjectPage, Place } from './tokens';

/** Where the panel is: a place of the person's, and a prefix in it. */
export interface Location {
  readonly place: Place;
  readonly prefix: string;
}

/** One line of a listing. */
export interface Row {
  readonly kind: 'prefix' | 'object';
  /** The whole key; that of a prefix ends with a slash. */
  readonly key: string;
  /** What of it is shown: the part after the listed prefix. */
  readonly name: string;
  readonly size: number | null;
  readonly modified: string | null;
}

/** An upload as the panel shows it. */
export interface UploadRow {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly sent: number;
  readonly problem: Problem | null;
}

/** All that the panel draws. */
export interface DriveState {
  readonly places: readonly Place[] | null;
  /** What of the places is a folder in ~/data, or should be. */
  readonly mounts: readonly Mount[];
  readonly location: Location | null;
  readonly rows: readonly Row[];
  /** What the next page starts after; null when everything is here. */
  readonly next: string | null;
  readonly loading: boolean;
  readonly problem: Problem | null;
  /** Key of the row that commands are for. */
  readonly selected: string | null;
  readonly uploads: readonly UploadRow[];
  /** Spoken to screen readers. */
  readonly announcement: string;
}

export const EMPTY: DriveState = {
  places: null,
  mounts: [],
  location: null,
  rows: [],
  next: null,
  loading: false,
  problem: null,
  selected: null,
  uploads: [],
  announcement: ''
};

/** The rows of one page; prefixes stand before objects, each in the order of S3. */
export function rowsOf(page: ObjectPage): Row[] {
  const cut = page.prefix.length;
  return [
    ...page.prefixes.map(key => ({
      kind: 'prefix' as const,
      key,
      name: key.slice(cut).replace(/\/$/, ''),
      size: null,
      modified: null
    })),
    ...page.objects.map(each => ({
      kind: 'object' as const,
      key: each.key,
      name: each.key.slice(cut),
      size: each.size,
      modified: each.modified
    }))
  ];
}

/** The prefix above, which is never above the place; null where there is none. */
export function above(location: Location): Location | null {
  if (location.prefix === location.place.prefix) {
    return null;
  }
  const parent = location.prefix.replace(/[^/]*\/$/, '');
  return { ...location, prefix: parent };
}

/** The parts of the way from the place to where we are, each with the prefix that it leads to. */
export function crumbs(location: Location): { name: string; prefix: string }[] {
  const { place, prefix } = location;
  let walked = place.prefix;
  const found = [{ name: place.title, prefix: walked }];
  for (const part of prefix.slice(walked.length).split('/').slice(0, -1)) {
    walked += `${part}/`;
    found.push({ name: part, prefix: walked });
  }
  return found;
}

/** The address of a key for notebooks and libraries. */
export function s3Path(bucket: string, key: string): string {
  return `s3://${bucket}/${key}`;
}
