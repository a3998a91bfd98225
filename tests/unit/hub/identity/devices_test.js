import assert from 'node:assert/strict';
import { test } from 'node:test';

import { deviceOf, rememberDevice } from '../../../../hub_config/identity/src/devices.js';

/** A browser's cookies behind a signature that nobody breaks. */
class Jar {
  kept = new Map();

  get(name, { signed }) {
    return signed ? this.kept.get(name)?.value : undefined;
  }

  set(name, value, options) {
    this.kept.set(name, { value, options });
  }
}

test('a browser is known for the account that was used in it, and no other', () => {
  const jar = new Jar();
  assert.equal(deviceOf(jar, 'ann'), undefined);
  rememberDevice(jar, 'ann');
  assert.match(deviceOf(jar, 'ann'), /^[\w-]{22}$/);
  assert.equal(deviceOf(jar, 'bob'), undefined);
});

test('a browser in which several accounts are used is known for each', () => {
  const jar = new Jar();
  rememberDevice(jar, 'ann');
  const ann = deviceOf(jar, 'ann');
  rememberDevice(jar, 'bob');
  assert.equal(deviceOf(jar, 'ann'), ann);
  assert.notEqual(deviceOf(jar, 'bob'), ann);
});

test('two browsers of a person are two, and each login gives a fresh number', () => {
  const [first, second] = [new Jar(), new Jar()];
  rememberDevice(first, 'ann');
  rememberDevice(second, 'ann');
  assert.notEqual(deviceOf(first, 'ann'), deviceOf(second, 'ann'));
  const before = deviceOf(first, 'ann');
  rememberDevice(first, 'ann');
  assert.notEqual(deviceOf(first, 'ann'), before);
});

test('the cookie is signed, for this server alone, out of reach of scripts, and does not name the account', () => {
  const jar = new Jar();
  rememberDevice(jar, 'subject; of=Ann\n');
  const [[name, { options }]] = jar.kept;
  assert.match(name, /^eohub_device_[0-9a-f]{32}$/);
  const { maxAge, ...others } = options;
  assert.deepEqual(others, { httpOnly: true, sameSite: 'lax', signed: true, path: '/identity' });
  assert.ok(maxAge > 0);
});
