/** Starts the identity provider. Settings come from `EOHUB_IDENTITY_*`; a wrong start is one sentence and exit code 1. */

import { createServer } from 'node:http';
import { join } from 'node:path';

import { Accounts, AccountsError } from './accounts.js';
import { explained } from './errors.js';
import { closeUnread, refuseLargeBodies } from './forms.js';
import { loadKeys } from './keys.js';
import { loginForm } from './login.js';
import { messagePage } from './pages.js';
import { BASE, createProvider, hubOf, show } from './provider.js';
import { readSettings, SettingsError } from './settings.js';
import { Store } from './store.js';

const PURGE_MS = 60_000;
const STOP_MS = 5_000;

/**
 * One line on standard output; control characters cannot forge a second one.
 * @param {string} event what happened
 * @param {Record<string, unknown>} fields details, never a secret
 */
function log(event, fields = {}) {
  const details = Object.entries({ feature: 'identity', ...fields }).map(
    ([key, value]) => `${key}=${JSON.stringify(value)}`
  );
  process.stdout.write(`${new Date().toISOString()} [info] ${event} ${details.join(' ')}\n`);
}

/**
 * Turns what a request throws into a page.
 * @param {string} back where the page's link leads
 * @returns {import('koa').Middleware} middleware
 */
function errorPages(back) {
  return async (ctx, next) => {
    try {
      if (ctx.path === `${BASE}/health`) ctx.body = 'ok';
      else await next();
    } catch (error) {
      const { name, message } = /** @type {Error} */ (error);
      const { status, text } = explained(
        error,
        'This sign-in page has expired or was already used. Start again from EOHub.'
      );
      if (status >= 500) log('request failed', { path: ctx.path, reason: `${name}: ${message}` });
      ctx.status = status;
      show(ctx, messagePage({ title: 'Sign-in not possible', text, back }));
    }
  };
}

async function start() {
  const settings = readSettings(process.env);
  const keys = await loadKeys(settings.stateDir);
  const accounts = new Accounts(settings.accountsFile, log);
  const store = new Store(join(settings.stateDir, 'sessions.sqlite'), Date.now);
  store.purge();
  const provider = createProvider(settings, keys, store, accounts);
  provider.use(closeUnread);
  provider.use(errorPages(hubOf(settings)));
  provider.use(refuseLargeBodies);
  provider.use(loginForm(provider, accounts, log));
  provider.on('server_error', (_ctx, error) =>
    log('request failed', { reason: `${error.name}: ${error.message}` })
  );
  const server = createServer(provider.callback());
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, () => resolve(undefined));
  });
  const purging = setInterval(() => store.purge(), PURGE_MS);
  log('listening', { issuer: settings.issuer });
  stopOnSignal(server, () => {
    clearInterval(purging);
    store.close();
  });
}

/**
 * @param {import('node:http').Server} server
 * @param {() => void} release
 */
function stopOnSignal(server, release) {
  const stop = () => {
    server.close(() => {
      release();
      process.exit(0);
    });
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), STOP_MS).unref();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/**
 * One sentence for a person.
 * @param {Error & { code?: string }} error what stopped the start
 * @returns {string} sentence
 */
function sentence(error) {
  if (error instanceof SettingsError || error instanceof AccountsError) return error.message;
  if (error.code === 'EADDRINUSE') {
    return `The port of the identity provider is in use: stop what listens there or set EOHUB_IDENTITY_PORT.`;
  }
  return `The identity provider cannot start: ${error.message}.`;
}

try {
  await start();
} catch (error) {
  process.stderr.write(`${sentence(/** @type {Error} */ (error))}\n`);
  process.exit(1);
}
