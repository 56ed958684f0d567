import { expect, test } from 'vitest';
import { Rates } from './rates.ts';

/** A counter that grows by so much a second, and a clock that waiting moves. */
function counting(perSecond: number) {
  let now = 5_000;
  const wait = async (ms: number) => {
    now += ms;
  };
  const read = async () => (now / 1_000) * perSecond;
  return { rates: new Rates(() => now, wait), read, wait, now: () => now };
}

test('whoever asks first waits for a second; later questions are answered at once', async () => {
  const { rates, read, wait, now } = counting(40);
  expect(await rates.of('log', read)).toBe(40);
  const then = now();
  expect(await rates.of('log', read)).toBe(40);
  await wait(7_000);
  expect(await rates.of('log', read)).toBe(40);
  expect(now()).toBe(then + 7_000);
});

test('a rate is over ten seconds at the most', async () => {
  const { rates, wait } = counting(0);
  let count = 0;
  const read = async () => count;
  await rates.of('log', read);
  count = 600;
  await wait(3_000);
  expect(await rates.of('log', read)).toBe(150);
  await wait(60_000);
  expect(await rates.of('log', read)).toBe(0);
});

test('a counter that begins anew has no rate below zero', async () => {
  const { rates, wait } = counting(0);
  let count = 100;
  const read = async () => count;
  await rates.of('log', read);
  count = 10;
  await wait(2_000);
  expect(await rates.of('log', read)).toBe(0);
});

test('counters are apart, and what fails is not remembered', async () => {
  const { rates, read, wait } = counting(8);
  const broken = async () => {
    throw new Error('away');
  };
  await expect(rates.of('log', broken)).rejects.toThrow('away');
  expect(await Promise.all([rates.of('log', read), rates.of('wiki', async () => 3)])).toEqual([8, 0]);
  await wait(1_000);
  await expect(rates.of('log', broken)).rejects.toThrow('away');
  expect(await rates.of('log', read)).toBe(8);
});
