import { type Admin, type Kafka, KafkaJSProtocolError } from 'kafkajs';
import { expect, test, vi } from 'vitest';
import { askBrokers } from './kafka.ts';

/** A cluster that fails with these errors, one a connection, before it answers. */
function cluster(failures: Error[]) {
  const admin = { connect: vi.fn(async () => {}), disconnect: vi.fn(async () => {}) };
  const kafka = { admin: () => admin } as unknown as Kafka;
  const question = async (_: Admin) => {
    const failure = failures.shift();
    if (failure) throw failure;
    return 'answer';
  };
  return { admin, ask: () => askBrokers(kafka, question) };
}

const noLeader = () =>
  new KafkaJSProtocolError({ message: 'not the leader', type: 'NOT_LEADER_FOR_PARTITION', retriable: true } as never);

test('a partition that has changed its broker is asked for again, over a new connection', async () => {
  const { admin, ask } = cluster([noLeader(), noLeader()]);
  expect(await ask()).toBe('answer');
  expect(admin.connect).toHaveBeenCalledTimes(3);
  expect(admin.disconnect).toHaveBeenCalledTimes(3);
});

test('what asking again does not help is told at once', async () => {
  const { admin, ask } = cluster([new Error('no such group')]);
  await expect(ask()).rejects.toThrow('no such group');
  expect(admin.disconnect).toHaveBeenCalledTimes(1);
});

test('a partition that stays without a leader is given up', async () => {
  const { admin, ask } = cluster(Array.from({ length: 20 }, noLeader));
  await expect(ask()).rejects.toThrow('not the leader');
  expect(admin.connect).toHaveBeenCalledTimes(6);
});
