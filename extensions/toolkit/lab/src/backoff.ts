const FIRST_SECONDS = 2;
const LONGEST_SECONDS = 10;

/** How often something is tried again by itself before a person is asked. */
export const MOST_ATTEMPTS = 8;

/** Seconds to wait before the attempt of this number (0, 1, ...), or null where a person has to decide. */
export function secondsBefore(attempt: number): number | null {
  return attempt < MOST_ATTEMPTS ? Math.min(FIRST_SECONDS * 2 ** attempt, LONGEST_SECONDS) : null;
}
