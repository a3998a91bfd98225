import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Attempts } from '../../../../hub_config/identity/src/attempts.js';

const RIGHT = 'right';
const STRANGER = () => undefined;
const browser = number => () => number;

/** Accounts `ann` and `bob` with the same password, whose check lasts until `answer`, where that is asked for. */
function setUp({ isSlow = false } = {}) {
  const clock = { now: 1_000_000 };
  const waiting = [];
  const checked = [];
  const accounts = {
    subjectOf: name => (['ann', 'bob'].includes(name) ? `subject-of-${name}` : undefined),
    verify: async (name, password) => {
      checked.push(name);
      if (isSlow) await new Promise(resolve => waiting.push(resolve));
      const subject = accounts.subjectOf(name);
      return subject && password === RIGHT ? { subject } : undefined;
    }
  };
  const attempts = new Attempts(accounts, () => clock.now);
  const answer = async () => {
    do {
      for (const resolve of waiting.splice(0)) resolve(undefined);
      await new Promise(setImmediate);
    } while (waiting.length > 0);
  };
  return { attempts, clock, checked, answer };
}

async function guess(attempts, name, device, times) {
  const statuses = [];
  for (let count = 0; count < times; count += 1)
    statuses.push((await attempts.check(name, 'wrong', device)).status);
  return statuses;
}

test('the right password is accepted, in any browser', async () => {
  const { attempts } = setUp();
  for (const device of [STRANGER, browser('1')])
    assert.deepEqual(await attempts.check('ann', RIGHT, device), {
      event: 'accepted',
      status: 303,
      subject: 'subject-of-ann'
    });
});

test('known and unknown names get the same answers, and as many of them', async () => {
  const { attempts } = setUp();
  const answers = [];
  for (const name of ['ann', 'nobody']) {
    const own = [];
    for (let count = 0; count < 7; count += 1)
      own.push(await attempts.check(name, 'wrong', STRANGER));
    answers.push(own);
  }
  assert.deepEqual(answers[0], answers[1]);
  assert.deepEqual(
    answers[0].map(({ status }) => status),
    [403, 403, 403, 403, 403, 429, 429]
  );
});

test('strangers who guess do not keep out the browser that the account knows', async () => {
  const { attempts, clock } = setUp();
  for (let round = 0; round < 20; round += 1) {
    await guess(attempts, 'ann', STRANGER, 10);
    assert.equal((await attempts.check('ann', RIGHT, STRANGER)).status, 429);
    assert.equal((await attempts.check('ann', RIGHT, browser('1'))).status, 303);
    clock.now += 15 * 60_000;
  }
});

test('a login in a known browser frees no stranger', async () => {
  const { attempts } = setUp();
  await guess(attempts, 'ann', STRANGER, 5);
  await attempts.check('ann', RIGHT, browser('1'));
  assert.equal((await attempts.check('ann', RIGHT, STRANGER)).status, 429);
});

test('a known browser that guesses waits like anybody, and alone', async () => {
  const { attempts } = setUp();
  assert.deepEqual(await guess(attempts, 'ann', browser('1'), 6), [403, 403, 403, 403, 403, 429]);
  assert.equal((await attempts.check('ann', RIGHT, browser('1'))).status, 429);
  assert.equal((await attempts.check('ann', RIGHT, browser('2'))).status, 303);
  assert.equal((await attempts.check('ann', RIGHT, STRANGER)).status, 303);
});

test('a browser that knows one account is a stranger to another', async () => {
  const { attempts } = setUp();
  const device = subject => (subject === 'subject-of-bob' ? '1' : undefined);
  await guess(attempts, 'ann', device, 5);
  assert.equal((await attempts.check('ann', RIGHT, STRANGER)).status, 429);
  assert.equal((await attempts.check('bob', RIGHT, device)).status, 303);
});

for (const [kind, device] of Object.entries({ stranger: STRANGER, 'known browser': browser('1') }))
  test(`a ${kind} cannot guess more by guessing all at once`, async () => {
    const { attempts, checked, answer } = setUp({ isSlow: true });
    const guesses = Array.from({ length: 30 }, () => attempts.check('ann', 'wrong', device));
    await answer();
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    assert.deepEqual(statuses, [...Array(5).fill(403), ...Array(25).fill(429)]);
    assert.equal(checked.length, 5);
  });

test('strangers who fill the line do not keep out a known browser, and who is turned away is not counted', async () => {
  const { attempts, answer } = setUp({ isSlow: true });
  const crowd = Array.from({ length: 40 }, (_, count) =>
    attempts.check(`name-${count}`, 'wrong', STRANGER)
  );
  for (let count = 0; count < 9; count += 1)
    assert.equal((await attempts.check('bob', RIGHT, STRANGER)).status, 503);
  const known = attempts.check('ann', RIGHT, browser('1'));
  await answer();
  assert.equal((await known).status, 303);
  const statuses = (await Promise.all(crowd)).map(({ status }) => status);
  assert.deepEqual(statuses, [...Array(34).fill(403), ...Array(6).fill(503)]);
  const later = attempts.check('bob', RIGHT, STRANGER);
  await answer();
  assert.equal((await later).status, 303);
});

test('a name is counted in whatever form it is typed', async () => {
  const { attempts } = setUp();
  for (const name of ['nobody', 'NOBODY', ' Nobody ', 'nobodY', 'nobody'])
    await attempts.check(name, 'wrong', STRANGER);
  assert.equal((await attempts.check('nobody', 'wrong', STRANGER)).status, 429);
});
