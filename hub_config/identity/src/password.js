/**
 * Password hashes: scrypt in the PHC string form `$scrypt$ln=15,r=8,p=3$<salt>$<key>`, base64 without padding.
 *
 * The default cost is one of the equivalents that the OWASP password storage cheat sheet names (N=2^15, r=8, p=3),
 * chosen because a check takes 32 MiB and not 128.
 */

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive =
  /** @type {(p: string, s: Buffer, n: number, o: import('node:crypto').ScryptOptions) => Promise<Buffer>} */ (
    promisify(scrypt)
  );

const PATTERN =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{22,86})\$([A-Za-z0-9+/]{43,86})$/;
const LARGEST_MEMORY = 256 * 1024 * 1024;

/** The longest password that is checked, in UTF-16 units. */
export const LONGEST_PASSWORD = 1024;

/**
 * @typedef {object} PasswordHash
 * @property {number} cost scrypt N
 * @property {number} blockSize scrypt r
 * @property {number} parallelization scrypt p
 * @property {Buffer} salt
 * @property {Buffer} key
 */

/**
 * Parse a hash string.
 * @param {unknown} text PHC string
 * @returns {PasswordHash | undefined} undefined when the text is not a hash that this program can check
 */
export function parseHash(text) {
  const found = typeof text === 'string' ? PATTERN.exec(text) : null;
  if (!found) return undefined;
  const cost = 2 ** Number(found[1]);
  const blockSize = Number(found[2]);
  const parallelization = Number(found[3]);
  if (cost < 2 || blockSize < 1 || parallelization < 1) return undefined;
  if (128 * blockSize * (cost + parallelization) > LARGEST_MEMORY) return undefined;
  return {
    cost,
    blockSize,
    parallelization,
    salt: Buffer.from(found[4], 'base64'),
    key: Buffer.from(found[5], 'base64')
  };
}

/**
 * A hash that no password matches, as costly to check as a real one.
 * @returns {PasswordHash} fresh random hash of the default cost
 */
export function impossibleHash() {
  return {
    cost: 2 ** 15,
    blockSize: 8,
    parallelization: 3,
    salt: randomBytes(16),
    key: randomBytes(32)
  };
}

/**
 * Whether `password` is the one behind `hash`; takes the same time either way.
 * @param {string} password what the person typed
 * @param {PasswordHash} hash parsed hash
 * @returns {Promise<boolean>} true for the right password
 */
export async function matches(password, hash) {
  const key = await derive(password.normalize('NFC'), hash.salt, hash.key.length, {
    cost: hash.cost,
    blockSize: hash.blockSize,
    parallelization: hash.parallelization,
    maxmem: 2 * LARGEST_MEMORY
  });
  return timingSafeEqual(key, hash.key);
}
