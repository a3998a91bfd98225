import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import {
  isLoopback,
  readSettings,
  SettingsError,
  VARIABLES
} from '../../../../hub_config/identity/src/settings.js';

const folder = mkdtempSync(join(tmpdir(), 'identity-settings-'));
const secretFile = join(folder, 'secret');
writeFileSync(secretFile, `${'s'.repeat(32)}\n`);

function environ(changes = {}) {
  return {
    PATH: '/bin',
    EOHUB_IDENTITY_STATE_DIR: folder,
    EOHUB_IDENTITY_CLIENT_SECRET_FILE: secretFile,
    EOHUB_IDENTITY_REDIRECT_URIS: 'http://127.0.0.1:8000/hub/oauth_callback',
    EOHUB_IDENTITY_POST_LOGOUT_REDIRECT_URIS: 'http://127.0.0.1:8000/hub/logout',
    ...changes
  };
}

function refusal(changes) {
  try {
    readSettings(environ(changes));
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    return error.message;
  }
  throw new assert.AssertionError({ message: 'the settings were accepted' });
}

test('defaults listen on the loopback address and keep accounts in the state folder', () => {
  const settings = readSettings(environ());
  assert.equal(settings.host, '127.0.0.1');
  assert.equal(settings.port, 8003);
  assert.equal(settings.issuer, 'http://127.0.0.1:8003');
  assert.equal(settings.accountsFile, join(folder, 'accounts.json'));
  assert.equal(settings.clientSecret, 's'.repeat(32));
  assert.ok(Object.isFrozen(settings));
});

test('the issuer follows the port and loses its slash', () => {
  assert.equal(
    readSettings(environ({ EOHUB_IDENTITY_PORT: '9000' })).issuer,
    'http://127.0.0.1:9000'
  );
  const given = { EOHUB_IDENTITY_ISSUER: 'http://localhost:8003/' };
  assert.equal(readSettings(environ(given)).issuer, 'http://localhost:8003');
});

test('only addresses of this machine are loopback', () => {
  for (const host of ['127.0.0.1', '127.9.9.9', '::1', '[::1]', 'localhost']) {
    assert.ok(isLoopback(host), host);
  }
  for (const host of [
    '',
    '0.0.0.0',
    '::',
    '[::]',
    '10.0.0.1',
    '192.0.2.1',
    '128.0.0.1',
    '127.0.0.1.example.org',
    'localhost.example.org',
    '::ffff:192.0.2.1',
    '2130706433',
    '127.1'
  ]) {
    assert.ok(!isLoopback(host), host);
  }
});

test('a public address is refused by name, as host and as issuer', () => {
  assert.match(
    refusal({ EOHUB_IDENTITY_HOST: '0.0.0.0' }),
    /^EOHUB_IDENTITY_HOST is "0\.0\.0\.0".*this machine only/
  );
  assert.match(
    refusal({ EOHUB_IDENTITY_ISSUER: 'http://example.org:8003' }),
    /^EOHUB_IDENTITY_ISSUER/
  );
});

test('an unknown variable stops the start with its name', () => {
  assert.match(
    refusal({ EOHUB_IDENTITY_PROT: '1' }),
    /^EOHUB_IDENTITY_PROT is not a setting.*EOHUB_IDENTITY_PORT/
  );
});

test('variables of other parts are none of our business', () => {
  assert.ok(readSettings(environ({ EOHUB_HUB_ISSUER: 'x', EOHUB_INSTANCE: 'i' })));
});

for (const name of [
  'STATE_DIR',
  'CLIENT_SECRET_FILE',
  'REDIRECT_URIS',
  'POST_LOGOUT_REDIRECT_URIS'
]) {
  test(`a missing ${name} is named`, () => {
    const variable = `EOHUB_IDENTITY_${name}`;
    assert.match(refusal({ [variable]: undefined }), new RegExp(`^${variable} is not set: `));
    assert.match(refusal({ [variable]: '' }), new RegExp(`^${variable} is not set: `));
  });
}

for (const port of ['0', '65536', '-1', '8003.5', '0x10', 'http', '1e3']) {
  test(`a port of ${port} is refused`, () => {
    assert.match(refusal({ EOHUB_IDENTITY_PORT: port }), /between 1 and 65535/);
  });
}

for (const issuer of [
  'https://127.0.0.1',
  'http://127.0.0.1:8003/realm',
  'http://127.0.0.1/?a=1',
  'http://u@127.0.0.1',
  'x'
]) {
  test(`an issuer of ${issuer} is refused`, () => {
    assert.match(refusal({ EOHUB_IDENTITY_ISSUER: issuer }), /^EOHUB_IDENTITY_ISSUER is/);
  });
}

test('several callback URLs are separated by commas, and each must be one', () => {
  const two = { EOHUB_IDENTITY_REDIRECT_URIS: 'http://127.0.0.1:1/a , https://example.org/b,' };
  assert.deepEqual(readSettings(environ(two)).redirectUris, [
    'http://127.0.0.1:1/a',
    'https://example.org/b'
  ]);
  for (const odd of ['javascript:alert(1)', 'hub', 'http://127.0.0.1/#x']) {
    assert.match(
      refusal({ EOHUB_IDENTITY_REDIRECT_URIS: odd }),
      /^EOHUB_IDENTITY_REDIRECT_URIS holds/
    );
  }
  assert.match(refusal({ EOHUB_IDENTITY_REDIRECT_URIS: ' , ' }), /holds no URL/);
});

test('a secret that is short or cannot be read is refused without showing it', () => {
  const short = join(folder, 'short');
  writeFileSync(short, 'hunter2');
  const message = refusal({ EOHUB_IDENTITY_CLIENT_SECRET_FILE: short });
  assert.match(message, /fewer than 32 characters/);
  assert.ok(!message.includes('hunter2'));
  assert.match(
    refusal({ EOHUB_IDENTITY_CLIENT_SECRET_FILE: join(folder, 'none') }),
    /cannot be read \(ENOENT\)/
  );
});

test('every variable has a description', () => {
  assert.equal(Object.keys(VARIABLES).length, 9);
  for (const [name, text] of Object.entries(VARIABLES)) {
    assert.match(name, /^EOHUB_IDENTITY_[A-Z_]+$/);
    assert.ok(text.length > 10);
  }
});
