/** The configuration of oidc-provider: one client, authorization code with PKCE, nothing that is not needed. */

import { interactionPolicy, Provider } from 'oidc-provider';

import { explained } from './errors.js';
import { contentSecurityPolicy, logoutPage, messagePage } from './pages.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Path of everything that a browser visits here, and of the cookies; discovery and keys lie at the root. */
export const BASE = '/identity';

/**
 * The attributes of every cookie. The path keeps them out of ordinary requests to the hub and to people's servers, but
 * is no wall: cookies ignore ports, and a page can send a browser to this path on any port of this host, whose server
 * then gets them. `httpOnly` keeps scripts from reading them, not from sending such requests.
 */
export const COOKIE = Object.freeze({
  httpOnly: true,
  sameSite: /** @type {const} */ ('lax'),
  signed: true,
  path: BASE
});

// The value of `session` in the address that a browser goes back to with its session here untouched.
const KEPT = 'kept';

const SCOPES = 'openid profile email';

const FEATURES_OFF = [
  'devInteractions',
  'dPoP',
  'pushedAuthorizationRequests',
  'resourceIndicators'
];

/**
 * Build the provider.
 * @param {Readonly<import('./settings.js').Settings>} settings this program's settings
 * @param {import('./keys.js').Keys} keys signing and cookie keys
 * @param {import('./store.js').Store} store where sessions and tokens are kept
 * @param {import('./accounts.js').Accounts} accounts who may log in
 * @returns {Provider} a Koa application
 */
export function createProvider(settings, keys, store, accounts) {
  const back = hubOf(settings);
  const provider = new Provider(settings.issuer, {
    adapter: model => store.adapter(model),
    clients: [clientOf(settings)],
    jwks: keys.jwks,
    cookies: cookiesWith(keys.cookieKeys),
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username', 'groups'],
      email: ['email', 'email_verified']
    },
    // SeaweedFS and the hub read groups and names from the ID token itself.
    conformIdTokenClaims: false,
    scopes: SCOPES.split(' '),
    clientAuthMethods: ['client_secret_basic'],
    responseTypes: ['code'],
    pkce: { required: () => true },
    clientBasedCORS: () => false,
    features: {
      ...Object.fromEntries(FEATURES_OFF.map(name => [name, { enabled: false }])),
      revocation: {
        enabled: true,
        allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => show(ctx, logoutPage(form)),
        postLogoutSuccessSource: ctx =>
          show(ctx, afterLogoutPage(ctx.query['session'] === KEPT, back))
      }
    },
    findAccount: (_ctx, subject) => accountClaims(accounts, subject),
    interactions: {
      policy: loginOnly(),
      url: (_ctx, interaction) => `${BASE}/login/${interaction.uid}`
    },
    loadExistingGrant: ownClientsGrant,
    renderError: (ctx, _out, error) => showError(ctx, error, back),
    rotateRefreshToken: true,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    routes: routesUnder(BASE),
    ttl: lifetimes()
  });
  provider.use(withHeaders(settings));
  provider.use(tellingWhoStays);
  return provider;
}

/**
 * The hub's first page, which lies beside its callback.
 * @param {Readonly<import('./settings.js').Settings>} settings this program's settings
 * @returns {string} URL
 */
export function hubOf(settings) {
  return new URL('.', settings.redirectUris[0]).href;
}

/** Seconds that things live. A grant and a session outlive the refresh tokens that are rotated within them. */
function lifetimes() {
  return {
    AccessToken: () => 10 * MINUTE,
    AuthorizationCode: () => MINUTE,
    IdToken: () => HOUR,
    RefreshToken: () => DAY,
    Interaction: () => HOUR,
    Session: () => 7 * DAY,
    Grant: () => 14 * DAY
  };
}

/** @param {Readonly<import('./settings.js').Settings>} settings */
function clientOf(settings) {
  return {
    client_id: settings.clientId,
    client_secret: settings.clientSecret,
    client_name: 'EOHub',
    redirect_uris: settings.redirectUris,
    post_logout_redirect_uris: settings.postLogoutRedirectUris,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: /** @type {['code']} */ (['code'])
  };
}

/** @param {string[]} keys */
function cookiesWith(keys) {
  // The short ones get the path of the page that they are for.
  const { path, ...short } = COOKIE;
  const names = { session: 'eohub_session', interaction: 'eohub_login', resume: 'eohub_resume' };
  return { keys, names, long: { ...short, path }, short };
}

/** The login prompt alone: the hub is the only client and ours, so nobody is asked for consent. */
function loginOnly() {
  const policy = interactionPolicy.base();
  policy.remove('consent');
  const gone = new interactionPolicy.Check(
    'account_gone',
    'the account of this session was removed',
    ctx => ctx.oidc.session?.accountId !== undefined && ctx.oidc.account === undefined
  );
  policy.get('login')?.checks.add(gone);
  return policy;
}

/**
 * The grant of this session for the hub, made at the first login.
 * @param {import('oidc-provider').KoaContextWithOIDC} ctx
 */
async function ownClientsGrant(ctx) {
  const { provider, session, client } = ctx.oidc;
  const clientId = /** @type {NonNullable<typeof client>} */ (client).clientId;
  const known = session?.grantIdFor(clientId);
  const grant = known ? await provider.Grant.find(known) : undefined;
  if (grant && grant.accountId === session?.accountId) return grant;
  const fresh = new provider.Grant({ clientId, accountId: session?.accountId });
  fresh.addOIDCScope(SCOPES);
  await fresh.save();
  return fresh;
}

/**
 * @param {import('./accounts.js').Accounts} accounts
 * @param {string} subject
 */
async function accountClaims(accounts, subject) {
  const account = accounts.find(subject);
  if (!account) return undefined;
  const { name, username, groups, email } = account;
  const claims = {
    sub: subject,
    name,
    preferred_username: username,
    groups,
    email,
    email_verified: false
  };
  return { accountId: subject, claims: async () => claims };
}

/** @param {string} base */
function routesUnder(base) {
  return {
    authorization: `${base}/auth`,
    token: `${base}/token`,
    userinfo: `${base}/userinfo`,
    jwks: '/jwks',
    revocation: `${base}/revoke`,
    end_session: `${base}/logout`
  };
}

/**
 * @param {import('koa').Context} ctx
 * @param {Error} error
 * @param {string} back
 */
function showError(ctx, error, back) {
  const { status, text } = explained(
    error,
    'This sign-in request is not valid any more, or never was. Start again from EOHub.'
  );
  ctx.status = status;
  show(ctx, messagePage({ title: 'Sign-in not possible', text, back }));
}

/**
 * @param {boolean} isKept whether the session goes on
 * @param {string} back
 */
function afterLogoutPage(isKept, back) {
  return isKept
    ? messagePage({
        title: 'Still signed in',
        text: 'You stay signed in here: the next login to EOHub in this browser needs no password.',
        back
      })
    : messagePage({ title: 'Signed out', text: 'You are signed out of EOHub.', back });
}

/**
 * Add to the way back from a logout that somebody chose to stay: the hub cannot see the session here.
 * @param {import('koa').Context} ctx
 * @param {import('koa').Next} next
 */
async function tellingWhoStays(ctx, next) {
  await next();
  if (ctx['oidc']?.route !== 'end_session_confirm' || ctx.status !== 303) return;
  if (ctx['oidc'].params?.logout) return;
  const target = new URL(ctx.response.get('Location'));
  target.searchParams.set('session', KEPT);
  ctx.set('Location', target.href);
}

/**
 * Answer with a page.
 * @param {import('koa').Context} ctx Koa context
 * @param {string} html page
 */
export function show(ctx, html) {
  ctx.type = 'html';
  ctx.body = html;
}

/** @param {Readonly<import('./settings.js').Settings>} settings */
function withHeaders(settings) {
  const hubs = [...settings.redirectUris, ...settings.postLogoutRedirectUris].map(
    url => new URL(url).origin
  );
  const policy = contentSecurityPolicy([...new Set(hubs)]);
  return async (
    /** @type {import('koa').Context} */ ctx,
    /** @type {import('koa').Next} */ next
  ) => {
    ctx.set('Content-Security-Policy', policy);
    ctx.set('X-Content-Type-Options', 'nosniff');
    // Not no-referrer: browsers would then send the origin of a form as null.
    ctx.set('Referrer-Policy', 'same-origin');
    ctx.set('Cache-Control', 'no-store');
    await next();
  };
}
