/** Slows down guessing: after a few wrong passwords whoever is counted has to wait. */

const FREE_GUESSES = 5;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 15 * 60_000;
const FORGOTTEN_MS = 2 * LONGEST_WAIT_MS;
// More than can be checked before they are forgotten anyway: nobody frees a counter by filling the memory.
const MOST_COUNTERS = 100_000;

/** Guesses by counter, which is a user name or a browser, in bounded memory; the oldest goes first. */
export class Guesses {
  #now;
  /** @type {Map<string, { guesses: number, last: number }>} */
  #counters = new Map();

  /** @param {() => number} now clock in milliseconds */
  constructor(now) {
    this.#now = now;
  }

  /**
   * How long this counter has to wait before the next attempt.
   * @param {string} counter name or browser
   * @returns {number} whole seconds, 0 when an attempt is free
   */
  waitSeconds(counter) {
    const entry = this.#counters.get(counter);
    if (!entry || entry.guesses < FREE_GUESSES) return 0;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (entry.guesses - FREE_GUESSES), LONGEST_WAIT_MS);
    return Math.max(0, Math.ceil((entry.last + wait - this.#now()) / 1000));
  }

  /**
   * Count a guess: a password that is wrong, or may be until `succeeded`.
   * @param {string} counter name or browser
   */
  counted(counter) {
    const now = this.#now();
    const before = this.#counters.get(counter);
    const isFresh = before !== undefined && now - before.last < FORGOTTEN_MS;
    this.#counters.delete(counter);
    this.#counters.set(counter, { guesses: isFresh ? before.guesses + 1 : 1, last: now });
    for (const [oldest, { last }] of this.#counters) {
      if (this.#counters.size <= MOST_COUNTERS && now - last < FORGOTTEN_MS) break;
      this.#counters.delete(oldest);
    }
  }

  /**
   * Forget the guesses of a counter after the right password.
   * @param {string} counter name or browser
   */
  succeeded(counter) {
    this.#counters.delete(counter);
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
