import type { Problem } from '@eohub/toolkit/lib/problem';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const NUMBERS = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Bytes that one PUT to S3 may have. */
export const LARGEST_UPLOAD = 5 * 1024 ** 3;

/** Bytes in the unit that keeps the number below 1024, with one digit after the point above bytes. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1023.95 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${UNITS[unit]}`;
}

/** A time in UTC to the minute, as `ls` in a notebook shows it; empty where there is none. */
export function minute(time: string | null): string {
  return time === null ? '' : `${time.slice(0, 16).replace('T', ' ')} UTC`;
}

/** What is shown of how many, without making a total up. */
export function shown(count: number, isAll: boolean): string {
  const names = `${NUMBERS.format(count)} ${count === 1 ? 'name' : 'names'}`;
  return isAll ? names : `showing ${names}, total unknown`;
}

/** Whole percent of an upload; an empty file is done at once. */
export function percent(sent: number, size: number): number {
  return size === 0 ? 100 : Math.min(100, Math.floor((100 * sent) / size));
}

/** Why a file cannot be uploaded here, null where it can. */
export function uploadRefusal(file: { name: string; size: number }): Problem | null {
  return file.size <= LARGEST_UPLOAD
    ? null
    : {
        code: 'too_large',
        detail: `The file has ${bytes(file.size)}; at most ${bytes(LARGEST_UPLOAD)} are uploaded here.`,
        hint: 'Use s3.upload_file of boto3 in a notebook, which sends it in parts.'
      };
}

/** Why a new folder cannot be called so, null where it can. */
export function folderRefusal(name: string): string | null {
  if (name.trim() === '' || name === '.' || name === '..') {
    return 'A folder needs a name.';
  }
  return name.includes('/') ? 'The name of a folder holds no slash.' : null;
}

/** The rows that are drawn of a long list: from the first to before the last, with some beyond the edges. */
export function visibleRows(
  scrollTop: number,
  height: number,
  rowHeight: number,
  count: number
): { first: number; last: number } {
  const beyond = 10;
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - beyond);
  const last = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + beyond);
  return { first: Math.min(first, last), last };
}
