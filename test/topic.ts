import { rangeOf } from '../platform/offsets.ts';
import { readRange } from '../platform/readRange.ts';
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
  const { oldest, end } = await rangeOf(kafka, name);
  const found: TopicMessage[] = [];
  await readRange(kafka, settings.KAFKA_PREFIX, name, oldest, end, (message, partition) => {
    const { offset, timestamp: at, key, value, headers = {} } = message;
    found.push({ partition, offset, at, key, value, headers });
  });
  return found;
}
