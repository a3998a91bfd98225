/** The pages a person sees here: plain HTML and CSS, light and dark, no script, nothing from elsewhere. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const STYLE = readFileSync(new URL('./pages.css', import.meta.url), 'utf8');
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/**
 * Text made safe for HTML content and quoted attributes.
 * @param {string} text any text
 * @returns {string} HTML
 */
export function escaped(text) {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}

/**
 * The Content-Security-Policy of every page.
 * @param {string[]} origins where forms may lead beside this server: after a login the browser is sent to the hub
 * @returns {string} header value
 */
export function contentSecurityPolicy(origins) {
  return [
    "default-src 'none'",
    // No page has a script; oidc-provider adds the hash of its self-submitting form to this directive.
    "script-src 'self'",
    `style-src 'sha256-${STYLE_HASH}'`,
    `form-action ${["'self'", ...origins].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'"
  ].join('; ');
}

/**
 * The login form.
 * @param {{ action: string, username?: string, problem?: string }} view form target, what was typed, what went wrong
 * @returns {string} HTML page
 */
export function loginPage({ action, username = '', problem }) {
  const focusName = username === '' ? ' autofocus' : '';
  const focusPassword = username === '' ? '' : ' autofocus';
  const invalid = problem ? ' aria-describedby="problem"' : '';
  const alert = problem
    ? `<p class="problem" id="problem" role="alert">${escaped(problem)}</p>`
    : '';
  return page(
    'Sign in',
    `${alert}
<form method="post" action="${escaped(action)}">
  <label for="username">Username</label>
  <input id="username" name="username" type="text" value="${escaped(username)}" autocomplete="username"
    autocapitalize="none" spellcheck="false" maxlength="255" required${invalid}${focusName}>
  <label for="password">Password</label>
  <input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024"
    required${invalid}${focusPassword}>
  <button type="submit">Sign in</button>
</form>`
  );
}

/**
 * Asks whether to sign out here as well.
 * @param {string} form oidc-provider's hidden form, whose id is `op.logoutForm`
 * @returns {string} HTML page
 */
export function logoutPage(form) {
  return page(
    'Sign out',
    `<p>You have left EOHub. Sign out of your account in this browser, too? If you stay signed in, the next
  login needs no password.</p>
${form}
<button type="submit" form="op.logoutForm" name="logout" value="yes" autofocus>Sign out</button>
<button type="submit" form="op.logoutForm" class="secondary">Stay signed in</button>`
  );
}

/**
 * Says that something is over or went wrong, and where to go on.
 * @param {{ title: string, text: string, back: string }} view heading, sentence and link of the hub
 * @returns {string} HTML page
 */
export function messagePage({ title, text, back }) {
  return page(
    title,
    `<p>${escaped(text)}</p>\n<p><a class="button" href="${escaped(back)}">Back to EOHub</a></p>`
  );
}

/**
 * @param {string} title
 * @param {string} body
 */
function page(title, body) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)} - EOHub</title>
<style>${STYLE}</style>
</head>
<body>
<header>EOHub</header>
<main>
<h1>${escaped(title)}</h1>
<div class="body">
${body}
</div>
</main>
</body>
</html>
`;
}
