import assert from 'node:assert/strict';
import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { loadKeys } from '../../../../hub_config/identity/src/keys.js';
import { Store } from '../../../../hub_config/identity/src/store.js';

function opened() {
  const path = join(mkdtempSync(join(tmpdir(), 'identity-store-')), 'sessions.sqlite');
  const clock = { now: 1_700_000_000_000 };
  return { path, clock, store: new Store(path, () => clock.now) };
}

function rows(path) {
  const database = new DatabaseSync(path);
  const { count } = database.prepare('SELECT count(*) AS count FROM records').get();
  database.close();
  return count;
}

test('what is stored comes back, also after the file was closed', async () => {
  const { path, clock, store } = opened();
  await store.adapter('Session').upsert('a', { jti: 'a', uid: 'u', nested: { x: [1, 'ä'] } }, 60);
  store.close();
  const again = new Store(path, () => clock.now);
  assert.deepEqual(await again.adapter('Session').find('a'), {
    jti: 'a',
    uid: 'u',
    nested: { x: [1, 'ä'] }
  });
  assert.equal((await again.adapter('Session').findByUid('u')).jti, 'a');
  again.close();
});

test('models do not see each other', async () => {
  const { store } = opened();
  await store.adapter('AccessToken').upsert('a', { jti: 'a', uid: 'u' }, 60);
  assert.equal(await store.adapter('RefreshToken').find('a'), undefined);
  assert.equal(await store.adapter('RefreshToken').findByUid('u'), undefined);
  await store.adapter('RefreshToken').destroy('a');
  assert.ok(await store.adapter('AccessToken').find('a'));
});

test('a second upsert replaces the first', async () => {
  const { store } = opened();
  const adapter = store.adapter('Grant');
  await adapter.upsert('a', { value: 1 }, 60);
  await adapter.upsert('a', { value: 2 }, 60);
  assert.deepEqual(await adapter.find('a'), { value: 2 });
});

test('what has expired is not found, and a purge removes it', async () => {
  const { path, clock, store } = opened();
  const adapter = store.adapter('AuthorizationCode');
  await adapter.upsert('short', { uid: 'u' }, 60);
  await adapter.upsert('long', {}, 3600);
  clock.now += 59_000;
  assert.ok(await adapter.find('short'));
  clock.now += 1_000;
  assert.equal(await adapter.find('short'), undefined);
  assert.equal(await adapter.findByUid('u'), undefined);
  assert.equal(rows(path), 2);
  store.purge();
  assert.equal(rows(path), 1);
});

test('a purge keeps at most 20,000 rows of a model, the ones that end last', async () => {
  const { path, store } = opened();
  const database = new DatabaseSync(path);
  database.exec(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20010)
    INSERT INTO records SELECT 'Interaction', 'id-' || i, '{}', NULL, NULL, 1700001000 + i FROM n
  `);
  database.close();
  await store.adapter('Grant').upsert('kept', {}, 1);
  store.purge();
  assert.equal(rows(path), 20_001);
  assert.equal(await store.adapter('Interaction').find('id-10'), undefined);
  assert.ok(await store.adapter('Interaction').find('id-11'));
  assert.ok(await store.adapter('Grant').find('kept'));
});

test('a consumed token says since when', async () => {
  const { clock, store } = opened();
  const adapter = store.adapter('RefreshToken');
  await adapter.upsert('a', { jti: 'a' }, 60);
  await adapter.consume('a');
  assert.deepEqual(await adapter.find('a'), { jti: 'a', consumed: clock.now / 1000 });
  await adapter.consume('unknown');
});

test('a revoked grant takes its tokens along and nothing else', async () => {
  const { store } = opened();
  const adapter = store.adapter('RefreshToken');
  await adapter.upsert('a', { grantId: 'g1' }, 60);
  await adapter.upsert('b', { grantId: 'g2' }, 60);
  await adapter.revokeByGrantId('g1');
  assert.equal(await adapter.find('a'), undefined);
  assert.ok(await adapter.find('b'));
});

test('an id with SQL in it is an id', async () => {
  const { store } = opened();
  const odd = "' OR 1=1; DROP TABLE records; --";
  await store.adapter('Session').upsert('a', { uid: 'u' }, 60);
  assert.equal(await store.adapter('Session').find(odd), undefined);
  await store.adapter('Session').destroy(odd);
  assert.ok(await store.adapter('Session').find('a'));
});

test('the file is private', () => {
  const { path } = opened();
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('keys are made once, are private, and two first starts agree', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'identity-keys-')), 'state');
  const [first, second] = await Promise.all([loadKeys(folder), loadKeys(folder)]);
  assert.deepEqual(first, second);
  assert.deepEqual(await loadKeys(folder), first);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(join(folder, 'keys.json')).mode & 0o777, 0o600);
  const [key] = first.jwks.keys;
  assert.deepEqual([key.kty, key.alg, key.use], ['RSA', 'RS256', 'sig']);
  assert.equal(Buffer.from(key.n, 'base64url').length, 256);
  assert.equal(Buffer.from(first.cookieKeys[0], 'base64url').length, 32);
});
