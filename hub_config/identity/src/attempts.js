/** Checks names and passwords, a few at a time, and holds back whoever guesses. */

import { normalized } from './accounts.js';
import { Gate, Guesses } from './guesses.js';

// Beyond the longest user name, so that the memory of guesses is bounded and no two accounts share a counter.
const LONGEST_COUNTED_NAME = 64;
const CHECKS_AT_ONCE = { strangers: 2, known: 1 };
const CHECKS_WAITING = 32;

/**
 * @typedef {object} Outcome
 * @property {string} event for the log
 * @property {number} status HTTP status
 * @property {string} [subject] who has signed in
 * @property {string} [problem] one sentence for the person, where nobody has
 */

/** Attempts to sign in. Guesses are counted by user name for strange browsers, and for each known browser by itself. */
export class Attempts {
  #accounts;
  #guesses;
  // Known browsers have a gate of their own: strangers who fill theirs keep nobody else out.
  #gates = {
    strangers: new Gate(CHECKS_AT_ONCE.strangers, CHECKS_WAITING),
    known: new Gate(CHECKS_AT_ONCE.known, CHECKS_WAITING)
  };

  /**
   * @param {Pick<import('./accounts.js').Accounts, 'subjectOf' | 'verify'>} accounts who may sign in
   * @param {() => number} now clock in milliseconds
   */
  constructor(accounts, now) {
    this.#accounts = accounts;
    this.#guesses = new Guesses(now);
  }

  /**
   * Check what was typed.
   * @param {string} username as typed
   * @param {string} password as typed
   * @param {(subject: string) => string | undefined} deviceOf the browser's number for an account, where it has one
   * @returns {Promise<Outcome>} the same for a wrong name and for a wrong password
   */
  async check(username, password, deviceOf) {
    const subject = this.#accounts.subjectOf(username);
    const device = subject === undefined ? undefined : deviceOf(subject);
    const isKnown = device !== undefined;
    const counter = isKnown
      ? `device ${device}`
      : `name ${normalized(username).slice(0, LONGEST_COUNTED_NAME)}`;
    const wait = this.#guesses.waitSeconds(counter);
    if (wait > 0) return refusal('held back', 429, `Too many attempts. Try again in ${wait} s.`);
    const gate = isKnown ? this.#gates.known : this.#gates.strangers;
    const checked = gate.run(() => this.#accounts.verify(username, password));
    if (!checked) {
      const problem = 'Too many people are signing in. Try again in a moment.';
      return refusal('turned away', 503, problem);
    }
    // Before the answer is known: of guesses that are sent at once, none may be free of the count.
    this.#guesses.counted(counter);
    const account = await checked;
    if (!account) return refusal('refused', 403, 'Invalid username or password.');
    this.#guesses.succeeded(counter);
    return { event: 'accepted', status: 303, subject: account.subject };
  }
}

/**
 * @param {string} event
 * @param {number} status
 * @param {string} problem
 * @returns {Outcome}
 */
function refusal(event, status, problem) {
  return { event, status, problem };
}
