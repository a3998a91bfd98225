/**
 * The embedded provider as the product starts it, but its groups are what the file in `RAW_GROUPS` says, of any kind:
 * its own accounts file takes lists only, and other providers send strings or nothing.
 */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { Accounts } from '../../hub_config/identity/src/accounts.js';
import { closeUnread, refuseLargeBodies } from '../../hub_config/identity/src/forms.js';
import { loadKeys } from '../../hub_config/identity/src/keys.js';
import { loginForm } from '../../hub_config/identity/src/login.js';
import { BASE, createProvider } from '../../hub_config/identity/src/provider.js';
import { readSettings } from '../../hub_config/identity/src/settings.js';
import { Store } from '../../hub_config/identity/src/store.js';

const { RAW_GROUPS, ...environ } = process.env;

class RawAccounts extends Accounts {
  find(subject) {
    const account = super.find(subject);
    const raw = JSON.parse(readFileSync(RAW_GROUPS, 'utf8'));
    return account && { ...account, groups: raw[account.username] };
  }
}

const settings = readSettings(environ);
const keys = await loadKeys(settings.stateDir);
const accounts = new RawAccounts(settings.accountsFile, console.log);
const store = new Store(join(settings.stateDir, 'sessions.sqlite'), Date.now);
const provider = createProvider(settings, keys, store, accounts);
provider.use(closeUnread);
provider.use(async (ctx, next) => {
  if (ctx.path === `${BASE}/health`) ctx.body = 'ok';
  else await next();
});
provider.use(refuseLargeBodies);
provider.use(loginForm(provider, accounts, () => undefined));
const server = createServer(provider.callback());
server.listen(settings.port, settings.host);
process.once('SIGTERM', () => process.exit(0));
