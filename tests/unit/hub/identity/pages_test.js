import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import {
  contentSecurityPolicy,
  escaped,
  loginPage,
  logoutPage,
  messagePage
} from '../../../../hub_config/identity/src/pages.js';

const NASTY = `"><script>alert('x')</script>&`;
const PAGES = {
  login: loginPage({ action: '/a', username: NASTY, problem: NASTY }),
  logout: logoutPage('<form id="op.logoutForm"></form>'),
  message: messagePage({ title: NASTY, text: NASTY, back: `http://127.0.0.1:8000/${NASTY}` })
};

for (const [name, html] of Object.entries(PAGES)) {
  test(`the ${name} page runs no script and loads nothing`, () => {
    assert.ok(!/<script|<img|<link|<iframe|@import|url\(| on[a-z]+=/i.test(html), html);
  });

  test(`the ${name} page has a language, a title, one heading and a main part`, () => {
    assert.match(html, /<html lang="en">/);
    assert.match(html, /<title>[^<]+ - EOHub<\/title>/);
    assert.equal(html.match(/<h1>/g)?.length, 1);
    assert.equal(html.match(/<main>/g)?.length, 1);
  });

  test(`the style of the ${name} page is the one that the policy allows`, () => {
    const style = /<style>([^]*)<\/style>/.exec(html)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    assert.ok(contentSecurityPolicy([]).includes(`style-src 'sha256-${hash}'`));
    assert.match(style, /prefers-color-scheme: dark/);
  });
}

test('every field of the login form has its label and says what it is for', () => {
  const html = loginPage({ action: '/identity/login/x' });
  for (const [id, autocomplete] of [
    ['username', 'username'],
    ['password', 'current-password']
  ]) {
    assert.match(html, new RegExp(`<label for="${id}">`));
    assert.match(html, new RegExp(`id="${id}"[^>]*autocomplete="${autocomplete}"`));
  }
  assert.match(html, /<form method="post" action="\/identity\/login\/x">/);
});

test('a problem is announced and tied to the fields, and the cursor goes to the password', () => {
  const html = loginPage({ action: '/a', username: 'demo', problem: 'Invalid.' });
  assert.match(html, /<p class="problem" id="problem" role="alert">Invalid\.<\/p>/);
  assert.equal(html.match(/aria-describedby="problem"/g)?.length, 2);
  assert.match(html, /id="password"[^>]* autofocus>/);
  assert.doesNotMatch(loginPage({ action: '/a' }), /role="alert"/);
});

test('the logout page has one button to go and one to stay, both for the form', () => {
  assert.match(PAGES.logout, /form="op\.logoutForm" name="logout" value="yes"/);
  assert.match(PAGES.logout, /form="op\.logoutForm" class="secondary">Stay signed in/);
});

test('the logout page says before the choice what staying means', () => {
  assert.match(
    PAGES.logout.replace(/\s+/g, ' '),
    /If you stay signed in, the next login needs no password\./
  );
});

test('forms may lead to this server and the hub only', () => {
  const policy = contentSecurityPolicy(['http://127.0.0.1:8000']);
  assert.match(policy, /form-action 'self' http:\/\/127\.0\.0\.1:8000(;|$)/);
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /frame-ancestors 'none'/);
});

test('escaped text cannot leave its place', () => {
  assert.equal(escaped(`<a b='c' d="e">&`), '&#60;a b=&#39;c&#39; d=&#34;e&#34;&#62;&#38;');
});

/** Relative luminance and contrast of WCAG 2.2. */
function contrast(one, other) {
  const luminance = hex => {
    const full = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, '$&$&') : hex;
    const [r, g, b] = [1, 3, 5].map(at => {
      const part = parseInt(full.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

for (const [theme, start] of [
  ['light', PAGES.login.indexOf(':root {')],
  ['dark', PAGES.login.indexOf('prefers-color-scheme: dark')]
]) {
  test(`text and fields keep WCAG AA contrast in the ${theme} theme`, () => {
    const block = PAGES.login.slice(start, PAGES.login.indexOf('}', start));
    const colours = Object.fromEntries(
      [...block.matchAll(/--([a-z-]+): (#[0-9a-f]+);/g)].map(([, name, value]) => [name, value])
    );
    const pairs = [
      ['text', 'page', 4.5],
      ['text', 'bar', 4.5],
      ['text', 'field', 4.5],
      ['on-accent', 'accent', 4.5],
      ['on-accent', 'accent-strong', 4.5],
      ['problem', 'problem-page', 4.5],
      ['field-line', 'page', 3],
      ['accent-strong', 'page', 3]
    ];
    for (const [front, back, least] of pairs) {
      const found = contrast(colours[front], colours[back]);
      assert.ok(found >= least, `${front} on ${back}: ${found.toFixed(2)}`);
    }
  });
}
