/** Signing key and cookie keys: made once, kept in the state folder, readable by the owner only. */

import { generateKeyPair, randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * @typedef {object} Keys
 * @property {{ keys: import('node:crypto').JsonWebKey[] }} jwks private keys that sign ID tokens
 * @property {string[]} cookieKeys keys that sign cookies
 */

/**
 * The keys in `stateDir`; made on the first start. Two first starts at once end with the same keys.
 * @param {string} stateDir folder, created with mode 0700
 * @returns {Promise<Keys>} the keys
 */
export async function loadKeys(stateDir) {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  chmodSync(stateDir, 0o700);
  const path = join(stateDir, 'keys.json');
  return readKeys(path) ?? makeKeys(path);
}

/** @param {string} path */
function readKeys(path) {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
  const keys = /** @type {Keys} */ (JSON.parse(text));
  chmodSync(path, 0o600);
  return keys;
}

/** @param {string} path */
async function makeKeys(path) {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const kid = randomBytes(9).toString('base64url');
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
  const keys = { jwks: { keys: [jwk] }, cookieKeys: [randomBytes(32).toString('base64url')] };
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, JSON.stringify(keys), { mode: 0o600, flag: 'wx', flush: true });
  try {
    // A link fails where the name exists, so the first of two processes wins and nobody reads half a file.
    linkSync(draft, path);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
  return /** @type {Keys} */ (readKeys(path));
}
