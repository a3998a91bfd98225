/** The login form's two requests: show it, and check what was typed. */

import { normalized } from './accounts.js';
import { Gate, Guesses } from './guesses.js';
import { loginPage } from './pages.js';
import { BASE, show } from './provider.js';

const LARGEST_FORM = 16 * 1024;
const CHECKS_AT_ONCE = 2;
const CHECKS_WAITING = 32;
const WRONG = 'Invalid username or password.';
const ROUTE = new RegExp(`^${BASE}/login/[A-Za-z0-9_-]{1,64}$`);

/**
 * Koa middleware for `GET` and `POST` of the login form.
 * @param {import('oidc-provider').Provider} provider the provider
 * @param {import('./accounts.js').Accounts} accounts who may log in
 * @param {(event: string, fields: Record<string, unknown>) => void} log one line per event
 * @returns {import('koa').Middleware} middleware
 */
export function loginForm(provider, accounts, log) {
  const guesses = new Guesses(Date.now);
  const gate = new Gate(CHECKS_AT_ONCE, CHECKS_WAITING);
  return async (ctx, next) => {
    if (!ROUTE.test(ctx.path)) return next();
    if (ctx.method === 'GET') {
      await provider.interactionDetails(ctx.req, ctx.res);
      return show(ctx, loginPage({ action: ctx.path }));
    }
    if (ctx.method !== 'POST') return next();
    refuseForeignForm(ctx, provider.issuer);
    await provider.interactionDetails(ctx.req, ctx.res);
    const form = await readForm(ctx);
    const username = form.get('username') ?? '';
    const outcome = await check(username, form.get('password') ?? '', { accounts, guesses, gate });
    // What was typed as a name may be a password: a log never gets it.
    log(
      `login ${outcome.event}`,
      outcome.subject === undefined ? {} : { subject: outcome.subject }
    );
    if (outcome.subject === undefined) {
      ctx.status = outcome.status;
      return show(
        ctx,
        loginPage({ action: ctx.path, username: username.slice(0, 255), problem: outcome.problem })
      );
    }
    const returnTo = await provider.interactionResult(ctx.req, ctx.res, {
      login: { accountId: outcome.subject }
    });
    ctx.status = 303;
    ctx.redirect(returnTo);
  };
}

/**
 * @param {string} username
 * @param {string} password
 * @param {{ accounts: import('./accounts.js').Accounts, guesses: Guesses, gate: Gate }} parts
 */
async function check(username, password, { accounts, guesses, gate }) {
  const name = normalized(username).slice(0, 255);
  const wait = guesses.waitSeconds(name);
  if (wait > 0) {
    return {
      event: 'held back',
      status: 429,
      problem: `Too many attempts. Try again in ${wait} s.`
    };
  }
  const checked = gate.run(() => accounts.verify(username, password));
  if (!checked) {
    return {
      event: 'turned away',
      status: 503,
      problem: 'Too many people are signing in. Try again in a moment.'
    };
  }
  const account = await checked;
  if (!account) {
    guesses.failed(name);
    return { event: 'refused', status: 403, problem: WRONG };
  }
  guesses.succeeded(name);
  return { event: 'accepted', status: 303, subject: account.subject };
}

/**
 * @param {import('koa').Context} ctx
 * @param {string} issuer
 */
function refuseForeignForm(ctx, issuer) {
  const origin = ctx.get('Origin');
  if (origin && origin !== issuer) ctx.throw(403, 'This form was sent from another site.');
}

/** @param {import('koa').Context} ctx */
async function readForm(ctx) {
  /** @type {Buffer[]} */
  const parts = [];
  let size = 0;
  for await (const part of ctx.req) {
    size += part.length;
    if (size > LARGEST_FORM) ctx.throw(413, 'The form is too large.');
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'));
}
