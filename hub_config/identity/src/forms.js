/** Forms of a bounded size: what is too large is refused before it is read, or as soon as that shows. */

import { Refused } from './errors.js';

const LARGEST_FORM = 16 * 1024;

/**
 * Koa middleware: refuses a body that says beforehand that it is too large.
 * @type {import('koa').Middleware}
 */
export async function refuseLargeBodies(ctx, next) {
  if (Number(ctx.get('Content-Length')) > LARGEST_FORM) throw tooLarge();
  await next();
}

/**
 * Koa middleware: ends the connection of a request that is answered before its body has come. Whoever sends that would
 * otherwise wait for a reader.
 * @type {import('koa').Middleware}
 */
export async function closeUnread(ctx, next) {
  await next();
  if (!ctx.req.complete) ctx.set('Connection', 'close');
}

/**
 * The fields of a form.
 * @param {import('koa').Context} ctx request whose body nobody has read
 * @returns {Promise<URLSearchParams>} the fields; throws Refused for more than 16 KiB
 */
export async function readForm(ctx) {
  /** @type {Buffer[]} */
  const parts = [];
  let size = 0;
  // A request that is destroyed takes its connection along, and the answer with it.
  for await (const part of ctx.req.iterator({ destroyOnReturn: false })) {
    size += part.length;
    if (size > LARGEST_FORM) throw tooLarge();
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'));
}

function tooLarge() {
  return new Refused(413, 'What was sent is too large for a sign-in. Start again from EOHub.');
}
