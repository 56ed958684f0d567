import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Health } from './health.ts';

test('a role is ready when it has started and every part is, and says of each that is not why', async () => {
  const health = new Health(
    {
      good: async () => undefined,
      lacking: async () => 'lacks a topic',
      failing: () => Promise.reject(new Error('refused at secret')),
      hanging: () => new Promise(() => {}),
    },
    { patienceMs: 20, tell: (reason) => reason.replace('secret', '***') },
  );
  expect(await health.readiness()).toEqual({ ready: false, parts: { role: 'starting' } });
  health.started();
  expect(await health.readiness()).toEqual({
    ready: false,
    parts: { good: 'ok', lacking: 'lacks a topic', failing: 'refused at ***', hanging: 'no answer within 0.02 s' },
  });
  health.drain();
  expect(await health.readiness()).toEqual({ ready: false, parts: { role: 'draining' } });
});

test('however often it is asked, a part is looked at once in a while, and never twice at a time', async () => {
  let looks = 0;
  let answer: ((found: undefined) => void) | undefined;
  const probe = () => {
    looks++;
    return new Promise<undefined>((resolve) => {
      answer = resolve;
    });
  };
  const health = new Health({ store: probe }, { patienceMs: 20, maxAgeMs: 30 });
  health.started();
  const ask = () => Promise.all(Array.from({ length: 100 }, () => health.readiness()));
  for (let round = 0; round < 3; round++) {
    expect(new Set((await ask()).map(({ ready }) => ready))).toEqual(new Set([false]));
    await delay(40); // the answer no longer counts, but the look still hangs
  }
  expect(looks).toBe(1);
  answer!(undefined);
  await delay(0);
  const next = ask();
  answer!(undefined);
  expect((await next)[0]).toEqual({ ready: true, parts: { store: 'ok' } });
  expect(looks).toBe(2);
  await ask();
  expect(looks).toBe(2);
});
