import { randomUUID } from 'node:crypto';
import type { World } from './world.ts';

export interface TopicMessage {
  partition: number;
  offset: string;
  /** When the broker appended it, milliseconds since 1970. */
  at: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, unknown>;
}

/** Everything in a topic, as it is in Kafka. */
export async function messagesOf(
  { kafka, settings }: Pick<World, 'kafka' | 'settings'>,
  topic: string,
): Promise<TopicMessage[]> {
  const name = settings.KAFKA_PREFIX + topic;
  const admin = kafka.admin();
  await admin.connect();
  const total = (await admin.fetchTopicOffsets(name)).reduce((sum, { high }) => sum + Number(high), 0);
  await admin.disconnect();
  const found: TopicMessage[] = [];
  if (total === 0) return found;
  const consumer = kafka.consumer({ groupId: settings.KAFKA_PREFIX + randomUUID() });
  const complete = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topic: name, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      const { offset, timestamp: at, key, value, headers = {} } = message;
      if (found.length === total) return; // came after the count
      found.push({ partition, offset, at, key, value, headers });
      if (found.length === total) complete.resolve();
    },
  });
  await complete.promise;
  await consumer.disconnect();
  return found;
}
