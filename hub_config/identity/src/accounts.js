/** The accounts file: read at the start, read again when it changes, never half believed. */

import { readFileSync, statSync } from 'node:fs';

import { impossibleHash, LONGEST_PASSWORD, matches, parseHash } from './password.js';

const VERSION = 1;
const LARGEST_FILE = 4 * 1024 * 1024;
/** Names that the hub keeps as they are: S3 goes by the name in the token, where a `*` would mean everybody. */
const USERNAME = /^(?=.{1,32}$)[a-z](?:-?[a-z0-9])*$/;
// The hub would call such a person `system-2`, and S3 would not.
const RESERVED = 'system';

/** The accounts file is missing or wrong; the message is one sentence. */
export class AccountsError extends Error {}

/**
 * @typedef {object} Account
 * @property {string} subject stable id, never reused
 * @property {string} username a-z, 0-9 and single hyphens, a letter first, at most 32 characters
 * @property {string} name display name
 * @property {string} email address, not verified
 * @property {string[]} groups group paths such as `/platform/admin`
 * @property {import('./password.js').PasswordHash} hash
 */

/** Accounts by subject and by user name, as the file says now. */
export class Accounts {
  #path;
  #stamp = '';
  #log;
  /** @type {Map<string, Account>} */
  #bySubject = new Map();
  /** @type {Map<string, Account>} */
  #byUsername = new Map();
  #impossible = impossibleHash();

  /**
   * @param {string} path JSON file; throws AccountsError when it is wrong at the start
   * @param {(event: string, fields: Record<string, unknown>) => void} log told of a change that is refused
   */
  constructor(path, log) {
    this.#path = path;
    this.#log = log;
    this.#load();
  }

  /**
   * The account of a subject, or undefined when it was removed.
   * @param {string} subject id from a token
   * @returns {Account | undefined} the account
   */
  find(subject) {
    this.#refresh();
    return this.#bySubject.get(subject);
  }

  /**
   * Whose name this is.
   * @param {string} username as typed
   * @returns {string | undefined} subject, or undefined for an unknown name
   */
  subjectOf(username) {
    this.#refresh();
    return this.#byUsername.get(normalized(username))?.subject;
  }

  /**
   * Check a user name and password. An unknown name costs as much time as a wrong password.
   * @param {string} username as typed
   * @param {string} password as typed
   * @returns {Promise<Account | undefined>} the account, or undefined for a wrong name or password
   */
  async verify(username, password) {
    this.#refresh();
    const account = this.#byUsername.get(normalized(username));
    const right = await matches(
      password.slice(0, LONGEST_PASSWORD),
      account?.hash ?? this.#impossible
    );
    return right && password.length <= LONGEST_PASSWORD ? account : undefined;
  }

  #refresh() {
    try {
      const { mtimeMs, size } = statSync(this.#path);
      if (`${mtimeMs}:${size}` !== this.#stamp) this.#load();
    } catch (error) {
      // The last good accounts stay: an editor may be writing the file at this moment.
      this.#log('accounts file not taken over', { reason: /** @type {Error} */ (error).message });
    }
  }

  #load() {
    const { text, stamp } = read(this.#path);
    this.#stamp = stamp;
    const accounts = parseAccounts(text, this.#path);
    this.#bySubject = new Map(accounts.map(account => [account.subject, account]));
    this.#byUsername = new Map(accounts.map(account => [normalized(account.username), account]));
  }
}

/**
 * The form in which user names are compared: case and Unicode composition do not matter.
 * @param {string} username as typed
 * @returns {string} comparable form
 */
export function normalized(username) {
  return username.trim().normalize('NFC').toLowerCase();
}

/**
 * Parse the text of an accounts file; throws AccountsError naming the account that is wrong.
 * @param {string} text JSON
 * @param {string} path for messages
 * @returns {Account[]} accounts in the order of the file
 */
export function parseAccounts(text, path) {
  let content;
  try {
    content = JSON.parse(text);
  } catch {
    throw new AccountsError(`The accounts file is not JSON: ${path}.`);
  }
  if (content?.version !== VERSION || !Array.isArray(content.accounts)) {
    throw new AccountsError(`The accounts file is not of version ${VERSION}: ${path}.`);
  }
  const accounts = content.accounts.map((/** @type {any} */ entry, /** @type {number} */ index) =>
    accountOf(entry, index + 1, path)
  );
  refuseRepeats(accounts, path);
  return accounts;
}

/**
 * @param {any} entry
 * @param {number} number position in the file, from 1
 * @param {string} path
 * @returns {Account}
 */
function accountOf(entry, number, path) {
  const wrong = (/** @type {string} */ field) =>
    new AccountsError(`Account ${number} in the accounts file has no valid ${field}: ${path}.`);
  const hash = parseHash(entry?.password);
  if (!hash) throw wrong('password hash');
  for (const field of ['subject', 'username', 'name', 'email']) {
    if (typeof entry[field] !== 'string' || !entry[field] || entry[field].length > 255)
      throw wrong(field);
  }
  const { subject, username, name, email, groups } = entry;
  if (!USERNAME.test(username) || username === RESERVED)
    throw wrong(`user name (a-z, 0-9 and single hyphens, a letter first, not "${RESERVED}")`);
  if (!Array.isArray(groups) || groups.some(group => typeof group !== 'string'))
    throw wrong('list of groups');
  return { subject, username, name, email, groups, hash };
}

/**
 * @param {Account[]} accounts
 * @param {string} path
 */
function refuseRepeats(accounts, path) {
  for (const key of [
    (/** @type {Account} */ a) => a.subject,
    (/** @type {Account} */ a) => normalized(a.username)
  ]) {
    const seen = new Set();
    for (const account of accounts) {
      if (seen.has(key(account))) {
        throw new AccountsError(
          `The accounts file names ${JSON.stringify(account.username)} twice: ${path}.`
        );
      }
      seen.add(key(account));
    }
  }
}

/** @param {string} path */
function read(path) {
  try {
    const { mtimeMs, size } = statSync(path);
    if (size > LARGEST_FILE)
      throw new AccountsError(`The accounts file is larger than 4 MiB: ${path}.`);
    return { text: readFileSync(path, 'utf8'), stamp: `${mtimeMs}:${size}` };
  } catch (error) {
    if (error instanceof AccountsError) throw error;
    const reason = /** @type {NodeJS.ErrnoException} */ (error).code;
    throw new AccountsError(`The accounts file cannot be read (${reason}): ${path}.`);
  }
}
