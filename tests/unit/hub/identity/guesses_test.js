import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Gate, Guesses } from '../../../../hub_config/identity/src/guesses.js';

function clocked() {
  const clock = { now: 1_000_000 };
  return { clock, guesses: new Guesses(() => clock.now) };
}

function failTimes(guesses, name, times) {
  for (let count = 0; count < times; count += 1) guesses.counted(name);
}

test('four wrong passwords cost no wait, the fifth costs half a minute', () => {
  const { guesses } = clocked();
  failTimes(guesses, 'demo', 4);
  assert.equal(guesses.waitSeconds('demo'), 0);
  guesses.counted('demo');
  assert.equal(guesses.waitSeconds('demo'), 30);
  assert.equal(guesses.waitSeconds('other'), 0);
});

test('the wait runs out, and doubles with each further wrong password up to a quarter of an hour', () => {
  const { clock, guesses } = clocked();
  failTimes(guesses, 'demo', 5);
  clock.now += 29_001;
  assert.equal(guesses.waitSeconds('demo'), 1);
  clock.now += 1_000;
  assert.equal(guesses.waitSeconds('demo'), 0);
  const waits = [];
  for (let count = 0; count < 7; count += 1) {
    guesses.counted('demo');
    waits.push(guesses.waitSeconds('demo'));
  }
  assert.deepEqual(waits, [60, 120, 240, 480, 900, 900, 900]);
});

test('the right password forgets the wrong ones', () => {
  const { guesses } = clocked();
  failTimes(guesses, 'demo', 5);
  guesses.succeeded('demo');
  assert.equal(guesses.waitSeconds('demo'), 0);
  failTimes(guesses, 'demo', 4);
  assert.equal(guesses.waitSeconds('demo'), 0);
});

test('old wrong passwords are forgotten', () => {
  const { clock, guesses } = clocked();
  failTimes(guesses, 'demo', 4);
  clock.now += 30 * 60_000;
  guesses.counted('demo');
  assert.equal(guesses.waitSeconds('demo'), 0);
});

test('a flood of names frees none that waits, and is bounded', () => {
  const { guesses } = clocked();
  failTimes(guesses, 'first', 5);
  for (let count = 0; count < 50_000; count += 1) guesses.counted(`name-${count}`);
  assert.equal(guesses.waitSeconds('first'), 30);
  for (let count = 50_000; count < 100_000; count += 1) guesses.counted(`name-${count}`);
  assert.equal(guesses.waitSeconds('first'), 0);
  failTimes(guesses, 'last', 5);
  assert.equal(guesses.waitSeconds('last'), 30);
});

function deferred() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}

test('a gate lets two run, two wait, and turns the fifth away', async () => {
  const gate = new Gate(2, 2);
  const tasks = Array.from({ length: 4 }, deferred);
  const started = [];
  const runs = tasks.map((task, index) =>
    gate.run(() => {
      started.push(index);
      return task.promise;
    })
  );
  await new Promise(setImmediate);
  assert.deepEqual(started, [0, 1]);
  assert.equal(
    gate.run(async () => 'fifth'),
    undefined
  );
  tasks[0].resolve('a');
  assert.equal(await runs[0], 'a');
  await new Promise(setImmediate);
  assert.deepEqual(started, [0, 1, 2]);
  for (const task of tasks) task.resolve('b');
  assert.deepEqual(await Promise.all(runs), ['a', 'b', 'b', 'b']);
  assert.equal(await gate.run(async () => 'later'), 'later');
});

test('a task that fails leaves its place to the next', async () => {
  const gate = new Gate(1, 1);
  const failing = gate.run(async () => {
    throw new Error('no');
  });
  const next = gate.run(async () => 'next');
  await assert.rejects(failing, /no/);
  assert.equal(await next, 'next');
});
