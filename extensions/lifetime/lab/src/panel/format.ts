import type { ServerLifetime } from '../tokens';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A countdown: `9:41`, above an hour `1:09:41`; what is left of a second counts as one. */
export function countdown(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const [hours, minutes, rest] = [
    Math.floor(whole / HOUR),
    Math.floor((whole % HOUR) / MINUTE),
    whole % MINUTE
  ];
  const tail = String(rest).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/** A length of time in words, in one unit and never too long: `1 hour`, `39 minutes`, `12 seconds`. */
export function inWords(seconds: number): string {
  // What was asked for a moment ago is still what was asked for.
  const whole = Math.round(seconds);
  for (const [size, name] of [
    [DAY, 'day'],
    [HOUR, 'hour'],
    [MINUTE, 'minute']
  ] as const) {
    const count = Math.floor(whole / size);
    if (count >= 2 || (count === 1 && whole % size === 0)) {
      return counted(count, name);
    }
  }
  return whole >= MINUTE ? '1 minute' : counted(Math.max(0, whole), 'second');
}

/** What a person is told of the rules and of what their server does. */
export function linesOf(said: ServerLifetime): string[] {
  const lines = said.rules ? [said.rules] : [];
  if (said.age_seconds !== null) {
    lines.push(`It has been running for ${inWords(said.age_seconds)}.`);
  }
  lines.push(
    said.busy_with.length > 0
      ? `It is busy: ${said.busy_with.join(', ')}.`
      : 'Nothing is running in it now. An open page alone is no activity.'
  );
  return lines;
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
