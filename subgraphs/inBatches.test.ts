import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InBatches } from './inBatches.ts';
import type { StreamEvent } from './streams/seam.ts';

const eventOf = (value: number): StreamEvent<number> => ({
  ...{ value, position: [value + 1], cursor: `after ${value}`, at: new Date(value) },
});

/** A source that gives an event whenever it is told to. */
function manual() {
  const waiting: ((result: IteratorResult<StreamEvent<number>, undefined>) => void)[] = [];
  const ready: IteratorResult<StreamEvent<number>, undefined>[] = [];
  const give = (result: IteratorResult<StreamEvent<number>, undefined>) => {
    const taker = waiting.shift();
    if (taker) taker(result);
    else ready.push(result);
  };
  return {
    isReturned: false,
    give: (value: number) => give({ done: false, value: eventOf(value) }),
    end: () => give({ done: true, value: undefined }),
    next(): Promise<IteratorResult<StreamEvent<number>, undefined>> {
      const { promise, resolve } = Promise.withResolvers<IteratorResult<StreamEvent<number>, undefined>>();
      const result = ready.shift();
      if (result) resolve(result);
      else waiting.push(resolve);
      return promise;
    },
    async return() {
      this.isReturned = true;
      return { done: true as const, value: undefined };
    },
  };
}

test('whatever comes together, each event that has a value is told once, in its order and with its own cursor', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.record({ isLeftOut: fc.boolean(), waits: fc.boolean() })), async (events) => {
      const source = manual();
      const told: { value: string; cursor: string }[] = [];
      const stream = new InBatches(source, async (batch) =>
        batch.map(({ value }) => (events[value]!.isLeftOut ? undefined : `value ${value}`)),
      );
      const reading = (async () => {
        for await (const { value, cursor } of stream) told.push({ value, cursor });
      })();
      for (const [value, { waits }] of events.entries()) {
        source.give(value);
        if (waits) await new Promise(setImmediate);
      }
      source.end();
      await reading;
      expect(told).toEqual(
        events.flatMap(({ isLeftOut }, value) =>
          isLeftOut ? [] : { value: `value ${value}`, cursor: `after ${value}` },
        ),
      );
    }),
  ));

test('what has come meanwhile is settled together, and an event is told while nothing comes after it', async () => {
  const source = manual();
  const sizes: number[] = [];
  const stream = new InBatches(source, async (batch) => {
    sizes.push(batch.length);
    return batch.map(({ value }) => value);
  });
  source.give(0);
  expect(await stream.next()).toMatchObject({ value: { value: 0 } });
  for (let value = 1; value <= 300; value++) source.give(value);
  for (let value = 1; value <= 300; value++) expect(await stream.next()).toMatchObject({ value: { value } });
  expect(sizes).toEqual([1, 256, 44]);
});

test('a fault of the source or of settling is told and ends both, and who goes away waits for neither', async () => {
  const failing = manual();
  failing.next = () => Promise.reject(new Error('gone'));
  await expect(new InBatches(failing, async () => []).next()).rejects.toThrow('gone');
  expect(failing.isReturned).toBe(true);

  const source = manual();
  const stuck = new InBatches(source, () => new Promise<never[]>(() => {}));
  source.give(0);
  void stuck.next();
  await new Promise(setImmediate);
  expect(await stuck.return()).toEqual({ done: true, value: undefined });
  expect(source.isReturned).toBe(true);
});
