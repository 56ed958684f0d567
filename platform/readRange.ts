import { randomUUID } from 'node:crypto';
import type { Kafka, KafkaMessage } from 'kafkajs';
import { askBrokers } from './kafka.ts';

/**
 * Reads what lies in [from, to) of each partition, each in its order.
 * @param topic name as it is in Kafka
 * @param groupPrefix put before the name of the group that Kafka wants to have for it; the group is gone afterwards
 */
export async function readRange(
  kafka: Kafka,
  groupPrefix: string,
  topic: string,
  from: number[],
  to: number[],
  take: (message: KafkaMessage, partition: number) => void,
): Promise<void> {
  const next = from.slice();
  const isRead = () => to.every((end, partition) => next[partition]! >= end);
  if (isRead()) return;
  const groupId = `${groupPrefix}tributary.range.${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, allowAutoTopicCreation: false });
  const { promise: read, resolve, reject } = Promise.withResolvers<void>();
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    for (const partition of payload.memberAssignment[topic] ?? [])
      consumer.seek({ topic, partition, offset: String(next[partition]) });
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) reject(payload.error);
  });
  // Comes also after what no reader is shown: the marks and the aborted messages of transactions.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
    next[partition] = Number(lastOffset) + 1;
    if (isRead()) resolve();
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch: { partition, messages } }) => {
        for (const message of messages)
          if (Number(message.offset) >= next[partition]! && Number(message.offset) < to[partition]!)
            take(message, partition);
      },
    });
    await read;
  } finally {
    await consumer.disconnect();
    await forget(kafka, groupId);
  }
}

/** Kafka forgets an empty group by itself too, but only after days. */
async function forget(kafka: Kafka, groupId: string): Promise<void> {
  await askBrokers(kafka, (admin) => admin.deleteGroups([groupId])).catch(() => {}); // it was never made
}
