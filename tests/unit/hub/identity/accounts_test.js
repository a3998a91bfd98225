import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import {
  Accounts,
  AccountsError,
  normalized,
  parseAccounts
} from '../../../../hub_config/identity/src/accounts.js';
import {
  impossibleHash,
  matches,
  parseHash
} from '../../../../hub_config/identity/src/password.js';

const SALT = Buffer.alloc(16, 7);

// A cheap cost: these tests are about the file, not about the time of a hash.
function hashed(password) {
  const key = scryptSync(password.normalize('NFC'), SALT, 32, {
    cost: 2 ** 4,
    blockSize: 8,
    parallelization: 1
  });
  const unpadded = part => part.toString('base64').replaceAll('=', '');
  return `$scrypt$ln=4,r=8,p=1$${unpadded(SALT)}$${unpadded(key)}`;
}

function account(changes = {}) {
  return {
    subject: 'subject-1',
    username: 'demo',
    name: 'Demo',
    email: 'demo@eohub.invalid',
    groups: ['/eo-users'],
    password: hashed('right'),
    ...changes
  };
}

function text(...accounts) {
  return JSON.stringify({ version: 1, accounts });
}

function fileWith(content) {
  const path = join(mkdtempSync(join(tmpdir(), 'identity-accounts-')), 'accounts.json');
  writeFileSync(path, content);
  return path;
}

function opened(content) {
  const events = [];
  const path = fileWith(content);
  return {
    path,
    events,
    accounts: new Accounts(path, (event, fields) => events.push({ event, ...fields }))
  };
}

test('the right password gives the account, a wrong one and an unknown name give nothing', async () => {
  const { accounts } = opened(text(account()));
  assert.equal((await accounts.verify('demo', 'right'))?.subject, 'subject-1');
  assert.equal(await accounts.verify('demo', 'wrong'), undefined);
  assert.equal(await accounts.verify('demo', ''), undefined);
  assert.equal(await accounts.verify('nobody', 'right'), undefined);
  assert.equal(await accounts.verify('__proto__', 'right'), undefined);
});

test('a name in any form leads to its subject without the password', () => {
  const { accounts } = opened(text(account()));
  assert.equal(accounts.subjectOf(' Demo'), 'subject-1');
  assert.equal(accounts.subjectOf('nobody'), undefined);
  assert.equal(accounts.subjectOf('__proto__'), undefined);
});

test('a user name may be typed in any case and with blanks around it', async () => {
  const { accounts } = opened(text(account()));
  assert.ok(await accounts.verify(' demo ', 'right'));
  assert.ok(await accounts.verify('DEMO', 'right'));
  assert.equal(normalized('A\u0308NNE '), 'änne');
});

for (const username of ['a', 'demo', 'anna-b', 'x9', 'a'.repeat(32)]) {
  test(`the user name ${username} is taken`, () => {
    assert.equal(parseAccounts(text(account({ username })), '/a.json')[0].username, username);
  });
}

for (const username of [
  '*',
  'al*',
  'a?',
  'a/b',
  '../a',
  '${jwt:sub}',
  'a b',
  ' a',
  'a\n',
  'Demo',
  'anna.b',
  'a@b',
  'ä',
  '9a',
  '-a',
  'a-',
  'a--b',
  'a_b',
  'a'.repeat(33),
  'a\u0000',
  '\u212a',
  '__proto__',
  'system'
]) {
  test(`the user name ${JSON.stringify(username)} is refused`, () => {
    assert.throws(
      () => parseAccounts(text(account({ username })), '/a.json'),
      error => error instanceof AccountsError && /user name \(a-z/.test(error.message)
    );
  });
}

test('a password may be typed in any Unicode form, but not in another case', async () => {
  const { accounts } = opened(text(account({ password: hashed('caf\u00e9') })));
  assert.ok(await accounts.verify('demo', 'cafe\u0301'));
  assert.equal(await accounts.verify('demo', 'CAF\u00c9'), undefined);
});

test('a password that goes on after the longest one is wrong', async () => {
  const longest = 'x'.repeat(1024);
  const { accounts } = opened(text(account({ password: hashed(longest) })));
  assert.ok(await accounts.verify('demo', longest));
  assert.equal(await accounts.verify('demo', `${longest}y`), undefined);
});

test('an unknown name costs as much as a hash of the default cost', async () => {
  const { cost, blockSize, parallelization } = impossibleHash();
  assert.deepEqual([cost, blockSize, parallelization], [2 ** 15, 8, 3]);
  assert.equal(await matches('', impossibleHash()), false);
});

test('a changed file is taken over without a restart', async () => {
  const { accounts, path } = opened(text(account()));
  writeFileSync(
    path,
    text(account({ groups: ['/a', '/b'] }), account({ subject: 's2', username: 'second' }))
  );
  assert.deepEqual(accounts.find('subject-1')?.groups, ['/a', '/b']);
  assert.ok(await accounts.verify('second', 'right'));
  writeFileSync(path, text(account({ subject: 's2', username: 'second' })));
  assert.equal(accounts.find('subject-1'), undefined);
});

test('a half-written or missing file changes nothing and is logged', async () => {
  const { accounts, path, events } = opened(text(account()));
  writeFileSync(path, '{"version": 1, "acc');
  assert.equal(accounts.find('subject-1')?.username, 'demo');
  assert.equal(events.length, 1);
  assert.match(events[0].reason, /not JSON/);
  writeFileSync(path, text(account({ name: 'Changed' })));
  assert.equal(accounts.find('subject-1')?.name, 'Changed');
});

test('a missing file stops the start', () => {
  assert.throws(
    () => new Accounts('/nonexistent/accounts.json', () => {}),
    /cannot be read \(ENOENT\)/
  );
});

for (const [why, content] of [
  ['is not JSON', '{'],
  ['is null', 'null'],
  ['is of another version', JSON.stringify({ version: 2, accounts: [] })],
  ['has no list', JSON.stringify({ version: 1, accounts: {} })],
  ['has a null account', text(null)],
  ['has an account without password', text(account({ password: undefined }))],
  ['has a plain password', text(account({ password: 'right' }))],
  ['has an account without subject', text(account({ subject: '' }))],
  ['has a user name that is a number', text(account({ username: 7 }))],
  ['has a very long name', text(account({ name: 'x'.repeat(256) }))],
  ['has groups as a string', text(account({ groups: '/a' }))],
  ['has a group that is a number', text(account({ groups: [1] }))],
  ['names an account twice', text(account(), account({ subject: 's2' }))],
  ['gives a subject twice', text(account(), account({ username: 'second' }))]
]) {
  test(`a file that ${why} is refused in one sentence`, () => {
    assert.throws(
      () => parseAccounts(content, '/a.json'),
      error => error instanceof AccountsError && /^[^\n]+: \/a\.json\.$/.test(error.message)
    );
  });
}

for (const text of [
  '',
  'scrypt',
  '$scrypt$ln=15,r=8,p=3$$',
  '$scrypt$ln=99,r=8,p=3$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  '$scrypt$ln=0,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  '$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  7,
  null,
  undefined
]) {
  test(`a hash of ${String(text).slice(0, 24)} is none`, () => {
    assert.equal(parseHash(text), undefined);
  });
}
