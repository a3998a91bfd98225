import { ProblemError } from '@eohub/toolkit/lib/problem';
import { describe, expect, test, vi } from 'vitest';
import { LifetimeWatch, secondsLeft } from '../src/watch';
import { FakeClient, FakeTiming, lifetime, settled, warned } from './fakes';

function watching() {
  const client = new FakeClient();
  const timing = new FakeTiming();
  const saveAll = vi.fn();
  return { client, timing, saveAll, watch: new LifetimeWatch(client, timing, saveAll) };
}

const fails = (code: string) => () => {
  throw new ProblemError({ code, detail: 'No.' });
};

describe('asking', () => {
  test('it asks again as often as the server wants to be asked', async () => {
    const { client, timing, watch } = watching();
    await watch.begin();
    await timing.pass(44);
    expect(client.asked).toBe(3);
    client.answer = () => lifetime({ refresh_seconds: 2 });
    await timing.pass(1);
    await timing.pass(10);
    expect(client.asked).toBe(9);
  });

  test('an answer of no seconds does not make it ask without pause', async () => {
    const { client, timing, watch } = watching();
    client.answer = () => lifetime({ refresh_seconds: 0 });
    await watch.begin();
    await timing.pass(10);
    expect(client.asked).toBe(11);
  });

  test('after a fault it asks again later and shows what it knew', async () => {
    const { client, timing, watch } = watching();
    client.answer = () => warned(500);
    await watch.begin();
    client.answer = fails('server_unreachable');
    await timing.pass(20);
    expect(secondsLeft(watch.store.get(), timing.now())).toBe(480);
    client.answer = () => lifetime();
    await timing.pass(40);
    expect(watch.store.get().said?.ending).toBeNull();
  });

  test.each(['not_managed', 'extension_missing'])(
    'where nothing looks after the server (%s) it asks once',
    async code => {
      const { client, timing, watch } = watching();
      client.answer = fails(code);
      await watch.begin();
      await timing.pass(1000);
      expect(client.asked).toBe(1);
      expect(watch.store.get().said).toBeNull();
    }
  );

  test('beginning twice does not ask twice as often', async () => {
    const { client, timing, watch } = watching();
    await Promise.all([watch.begin(), watch.begin()]);
    await timing.pass(30);
    expect(client.asked).toBe(4);
  });
});

describe('the countdown', () => {
  test('goes down by the page’s own clock and never below nothing', async () => {
    const { client, timing, watch } = watching();
    client.answer = () => warned(100);
    await timing.pass(5);
    await watch.begin();
    expect(secondsLeft(watch.store.get(), timing.now())).toBe(100);
    expect(secondsLeft(watch.store.get(), timing.now() + 30_500)).toBe(69.5);
    expect(secondsLeft(watch.store.get(), timing.now() + 200_000)).toBe(0);
  });

  test('there is none where nothing ends the server', async () => {
    const { watch } = watching();
    expect(secondsLeft(watch.store.get(), 0)).toBeNull();
    await watch.begin();
    expect(secondsLeft(watch.store.get(), 0)).toBeNull();
  });
});

describe('saving', () => {
  test('open documents are saved shortly before the end, and once', async () => {
    const { client, timing, watch, saveAll } = watching();
    let left = 60;
    client.answer = () => warned(left);
    await watch.begin();
    for (left of [45, 30]) {
      await timing.pass(15);
      expect(saveAll).not.toHaveBeenCalled();
    }
    await timing.pass(9);
    expect(saveAll).not.toHaveBeenCalled();
    await timing.pass(1);
    expect(saveAll).toHaveBeenCalledTimes(1);
    for (left of [15, 5, 0]) {
      await timing.pass(15);
    }
    expect(saveAll).toHaveBeenCalledTimes(1);
  });

  test('nothing is saved unasked when the warning was taken back', async () => {
    const { client, timing, watch, saveAll } = watching();
    client.answer = () => warned(60);
    await watch.begin();
    client.answer = () => lifetime();
    await timing.pass(100);
    expect(saveAll).not.toHaveBeenCalled();
  });
});

describe('keeping', () => {
  test('takes the new answer and says that nothing went wrong', async () => {
    const { client, watch } = watching();
    client.answer = () => warned(60);
    await watch.begin();
    const keeping = watch.keep();
    expect(watch.store.get().isKeeping).toBe(true);
    expect(await keeping).toBeNull();
    expect(watch.store.get()).toMatchObject({ isKeeping: false, said: { ending: null } });
  });

  test('gives the reason where the server cannot be kept, and the warning stays', async () => {
    const { client, watch } = watching();
    client.answer = () => warned(60);
    await watch.begin();
    client.kept = fails('cannot_keep');
    expect(await watch.keep()).toMatchObject({ code: 'cannot_keep', detail: 'No.' });
    expect(watch.store.get().isKeeping).toBe(false);
    expect(watch.store.get().said?.ending).not.toBeNull();
    await settled();
  });
});
