import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';

import {
  closeUnread,
  readForm,
  refuseLargeBodies
} from '../../../../hub_config/identity/src/forms.js';

const LIMIT = 16 * 1024;

/** A request in Koa's form; its body comes in `parts`, as they are taken. */
function request({ headers = {}, parts = [] } = {}) {
  const sent = {};
  return {
    sent,
    req: Readable.from(parts, { objectMode: false }),
    get: name => headers[name] ?? '',
    set: (name, value) => (sent[name] = value)
  };
}

const tooLarge = { status: 413, message: /too large/ };

test('a form is read whole, however it is cut', async () => {
  const bytes = Buffer.from('username=%C3%A9mile&password=p%26q+r%3D');
  const parts = Array.from(bytes, byte => Buffer.from([byte]));
  const form = await readForm(request({ parts }));
  assert.equal(form.get('username'), 'émile');
  assert.equal(form.get('password'), 'p&q r=');
});

test('a form of the largest size is read, one byte more is refused', async () => {
  const largest = Buffer.from(`a=${'x'.repeat(LIMIT - 2)}`);
  assert.equal((await readForm(request({ parts: [largest] }))).get('a')?.length, LIMIT - 2);
  await assert.rejects(readForm(request({ parts: [largest, Buffer.from('x')] })), tooLarge);
});

test('a body without an end is not read beyond the limit, and the connection stays for the answer', async () => {
  let taken = 0;
  function* endless() {
    for (;;) {
      taken += 1024;
      yield Buffer.alloc(1024);
    }
  }
  const ctx = request({ parts: endless() });
  await assert.rejects(readForm(ctx), tooLarge);
  assert.ok(taken < 100 * 1024, String(taken));
  assert.equal(ctx.req.destroyed, false);
});

for (const length of ['16385', '20000000', '99999999999999999999'])
  test(`a body that says it has ${length} bytes is refused before it is read`, async () => {
    const headers = { 'Content-Length': length };
    await assert.rejects(
      refuseLargeBodies(request({ headers }), async () => assert.fail('it was passed on')),
      tooLarge
    );
  });

for (const length of [undefined, '0', '16384'])
  test(`a body that says it has ${length} bytes is passed on`, async () => {
    let passed = 0;
    const headers = length === undefined ? {} : { 'Content-Length': length };
    await refuseLargeBodies(request({ headers }), async () => void (passed += 1));
    assert.equal(passed, 1);
  });

for (const [complete, connection] of [
  [true, undefined],
  [false, 'close']
])
  test(`a connection is ${connection ?? 'kept'} where the body ${complete ? 'came' : 'did not come'} whole`, async () => {
    const ctx = request();
    ctx.req.complete = false;
    await closeUnread(ctx, async () => void (ctx.req.complete = complete));
    assert.equal(ctx.sent.Connection, connection);
  });
