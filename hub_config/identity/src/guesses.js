/** Slows down guessing: after a few wrong passwords a user name has to wait, known or not. */

const FREE_GUESSES = 5;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 15 * 60_000;
const MOST_NAMES = 1_000;

/** Wrong passwords by user name, in bounded memory; the oldest entry goes first. */
export class Guesses {
  #now;
  /** @type {Map<string, { wrong: number, last: number }>} */
  #names = new Map();

  /** @param {() => number} now clock in milliseconds */
  constructor(now) {
    this.#now = now;
  }

  /**
   * How long this name has to wait before the next attempt.
   * @param {string} username comparable form of the name
   * @returns {number} whole seconds, 0 when an attempt is free
   */
  waitSeconds(username) {
    const entry = this.#names.get(username);
    if (!entry || entry.wrong < FREE_GUESSES) return 0;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (entry.wrong - FREE_GUESSES), LONGEST_WAIT_MS);
    return Math.max(0, Math.ceil((entry.last + wait - this.#now()) / 1000));
  }

  /**
   * Count a wrong password.
   * @param {string} username comparable form of the name
   */
  failed(username) {
    const before = this.#names.get(username);
    const fresh = before !== undefined && this.#now() - before.last < 2 * LONGEST_WAIT_MS;
    this.#names.delete(username);
    this.#names.set(username, { wrong: fresh ? before.wrong + 1 : 1, last: this.#now() });
    if (this.#names.size > MOST_NAMES) {
      const [oldest] = this.#names.keys();
      this.#names.delete(oldest);
    }
  }

  /**
   * Forget the wrong passwords of a name after the right one.
   * @param {string} username comparable form of the name
   */
  succeeded(username) {
    this.#names.delete(username);
  }
}

/** At most `running` tasks at once and `waiting` in line, because each password check takes 32 MiB. */
export class Gate {
  #free;
  #room;
  /** @type {(() => void)[]} */
  #line = [];

  /**
   * @param {number} running how many tasks may run
   * @param {number} waiting how many may wait
   */
  constructor(running, waiting) {
    this.#free = running;
    this.#room = waiting;
  }

  /**
   * Run `task` when it is its turn.
   * @template T
   * @param {() => Promise<T>} task what to run
   * @returns {Promise<T> | undefined} its result, or undefined when the line is full
   */
  run(task) {
    if (this.#free === 0 && this.#line.length >= this.#room) return undefined;
    return this.#turn()
      .then(task)
      .finally(() => this.#leave());
  }

  async #turn() {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise(resolve => this.#line.push(() => resolve(undefined)));
  }

  #leave() {
    const next = this.#line.shift();
    if (next) next();
    else this.#free += 1;
  }
}
