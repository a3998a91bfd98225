/** The login form's two requests: show it, and check what was typed. */

import { Attempts } from './attempts.js';
import { deviceOf, rememberDevice } from './devices.js';
import { Refused } from './errors.js';
import { readForm } from './forms.js';
import { loginPage } from './pages.js';
import { BASE, show } from './provider.js';

const ROUTE = new RegExp(`^${BASE}/login/[A-Za-z0-9_-]{1,64}$`);

/**
 * Koa middleware for `GET` and `POST` of the login form.
 * @param {import('oidc-provider').Provider} provider the provider
 * @param {import('./accounts.js').Accounts} accounts who may log in
 * @param {(event: string, fields: Record<string, unknown>) => void} log one line per event
 * @returns {import('koa').Middleware} middleware
 */
export function loginForm(provider, accounts, log) {
  const attempts = new Attempts(accounts, Date.now);
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
    const outcome = await attempts.check(username, form.get('password') ?? '', subject =>
      deviceOf(ctx.cookies, subject)
    );
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
    rememberDevice(ctx.cookies, outcome.subject);
    ctx.status = 303;
    ctx.redirect(returnTo);
  };
}

/**
 * @param {import('koa').Context} ctx
 * @param {string} issuer
 */
function refuseForeignForm(ctx, issuer) {
  const origin = ctx.get('Origin');
  if (origin && origin !== issuer) {
    throw new Refused(403, 'This form was sent from another site. Start again from EOHub.');
  }
}
