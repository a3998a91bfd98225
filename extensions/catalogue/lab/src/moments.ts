/** Which end of an interval a time is. */
export type Edge = 'start' | 'end';

const FORM =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(?:Z| ?UTC)?)?)?)?$/i;

/**
 * A year, month, day or UTC time as the server takes it: the first or last day where none is told. Null where
 * nothing is entered, or nothing that can be read.
 */
export function momentOf(text: string, edge: Edge): string | null {
  const [, year, month, day, time] = FORM.exec(text.trim()) ?? [];
  if (year === undefined) {
    return null;
  }
  const of = month ?? (edge === 'start' ? '01' : '12');
  const date = `${year}-${of}-${day ?? (edge === 'start' ? '01' : lastDay(year, of))}`;
  return isDay(date) && isTime(time) ? date + (time === undefined ? '' : `T${time}Z`) : null;
}

/** What is wrong with a time as it is typed, or null. */
export function momentFault(text: string): string | null {
  return text.trim() === '' || momentOf(text, 'start') !== null
    ? null
    : `“${text.trim()}” is no day. Write it as 2020-12-31, 2020-12, 2020 or 2020-12-31 23:59.`;
}

function lastDay(year: string, month: string): string {
  return String(new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()).padStart(2, '0');
}

function isDay(date: string): boolean {
  const read = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(date);
}

function isTime(time: string | undefined): boolean {
  const [hours, minutes, seconds] = (time ?? '0:0:0').split(':').map(Number);
  return (hours ?? 0) < 24 && (minutes ?? 0) < 60 && (seconds ?? 0) < 60;
}
