/**
 * Device cookies (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"): a browser in which somebody has
 * signed in is told from those of strangers, who may guess at the same account and must not lock its owner out.
 */

import { createHash, randomBytes } from 'node:crypto';

import { COOKIE } from './provider.js';

const YEAR_MS = 365 * 24 * 60 * 60_000;

/**
 * The browser's number for an account, in a cookie that this program has signed.
 * @param {import('koa').Context['cookies']} cookies the browser's
 * @param {string} subject whose account
 * @returns {string | undefined} undefined when nobody has signed in to that account with this browser
 */
export function deviceOf(cookies, subject) {
  return cookies.get(nameOf(subject), { signed: true });
}

/**
 * Give the browser a new number for an account that somebody has just signed in to.
 * @param {import('koa').Context['cookies']} cookies the browser's
 * @param {string} subject whose account
 */
export function rememberDevice(cookies, subject) {
  const options = { ...COOKIE, maxAge: YEAR_MS };
  cookies.set(nameOf(subject), randomBytes(16).toString('base64url'), options);
}

/**
 * One cookie for each account, as several may be used in one browser; the signature covers the name as well.
 * @param {string} subject
 */
function nameOf(subject) {
  return `eohub_device_${createHash('sha256').update(subject).digest('hex').slice(0, 32)}`;
}
