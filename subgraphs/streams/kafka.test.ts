import type { Consumer } from 'kafkajs';
import { expect, test } from 'vitest';
import { startFollowing } from './kafka.ts';
import { Recent } from './recent.ts';
import { Ring } from './ring.ts';

type Listener = (event: { payload: unknown }) => void;

/** A consumer as kafkajs has it, as far as the tail speaks to it: it hands out what the test gives it. */
class FakeConsumer {
  readonly events = { GROUP_JOIN: 'join', CRASH: 'crash' };
  readonly sought: string[] = [];
  readonly #listeners = new Map<string, Listener>();
  #eachBatch: (payload: { batch: unknown }) => Promise<void> = async () => {};
  on = (event: string, listener: Listener) => this.#listeners.set(event, listener);
  emit = (event: string, payload: unknown) => this.#listeners.get(event)!({ payload });
  connect = async () => {};
  subscribe = async () => {};
  run = async ({ eachBatch }: { eachBatch: (payload: { batch: unknown }) => Promise<void> }) => {
    this.#eachBatch = eachBatch;
  };
  seek = ({ partition, offset }: { partition: number; offset: string }) => this.sought.push(`${partition}/${offset}`);
  hand = (payload: { batch: unknown }) => this.#eachBatch(payload);

  /** @param after how many offsets after the last message are not messages. */
  async batch(partition: number, offsets: number[], { after = 0, end = 1_000 } = {}): Promise<void> {
    const messages = offsets.map((offset) => ({
      offset: String(offset),
      timestamp: '5',
      key: null,
      value: Buffer.from('é'),
      headers: { tenant: Buffer.from('acme') },
    }));
    const lastOffset = () => String(offsets.at(-1)! + after);
    await this.hand({ batch: { partition, messages, highWatermark: String(end), lastOffset } });
  }
}

async function follow(ends: number[]) {
  const consumer = new FakeConsumer();
  const ring = new Ring(1 << 20);
  ring.begin(ends);
  const stop = new AbortController();
  const ended = startFollowing(
    consumer as unknown as Consumer,
    'topic',
    ring,
    async (messages) => messages,
    () => {},
    stop.signal,
  );
  for (let i = 0; i < 3; i++) await null;
  consumer.emit('join', { memberAssignment: { topic: ends.map((_, partition) => partition) } });
  return { consumer, ring, stop, ended };
}

test('the tail reads on from where its ring ends, whenever it joins, and a new partition from 0 (S23, S26)', async () => {
  const { consumer, ring, stop, ended } = await follow([10, 20]);
  await consumer.batch(0, [10, 11]);
  await consumer.batch(1, [20], { after: 1 }); // the mark of a transaction
  consumer.emit('crash', { restart: true, error: new Error('kafkajs joins again by itself') });
  consumer.emit('join', { memberAssignment: { topic: [0, 1, 2] } });
  expect(consumer.sought).toEqual(['0/10', '1/20', '0/12', '1/22', '2/0']);
  await consumer.batch(0, [10, 11, 12]);
  expect([ring.start(0), ring.end(0), ring.partitions]).toEqual([10, 13, 2]);
  expect(ring.at(0, 10)?.message).toEqual({
    partition: 0,
    offset: 10,
    at: 5,
    key: null,
    headers: { tenant: 'acme' },
    value: 'é',
  });
  stop.abort();
  expect(await ended).toBeUndefined();
});

test('what Kafka has dropped while the tail was away is left to the log (S26)', async () => {
  const { consumer, ring } = await follow([10]);
  await consumer.batch(0, [10]);
  await consumer.batch(0, [15, 16]);
  expect([ring.start(0), ring.end(0), ring.failure]).toEqual([15, 17, undefined]);
});

test('a topic that is made anew ends the ring (S24)', async () => {
  const { consumer, ring } = await follow([10]);
  await consumer.batch(0, [0], { end: 1 });
  expect(ring.failure?.code).toBe('CURSOR_AHEAD');
});

test('a crash that kafkajs does not mend is told', async () => {
  const { consumer, ended } = await follow([10]);
  const error = new Error('no brokers');
  consumer.emit('crash', { restart: false, error });
  expect(await ended).toBe(error);
});

test('a thousand who ask at once ask once, and an error is not kept', async () => {
  const answers = [Promise.reject(new Error('away')), Promise.resolve(1), Promise.resolve(2)];
  let asked = 0;
  const recent = new Recent(60_000, () => answers[asked++]!);
  await expect(Promise.all(Array.from({ length: 1_000 }, () => recent.get()))).rejects.toThrow('away');
  expect(new Set(await Promise.all(Array.from({ length: 1_000 }, () => recent.get())))).toEqual(new Set([1]));
  expect([await recent.get(), asked]).toEqual([1, 2]);
});
