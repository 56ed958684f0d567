import type { Kafka } from 'kafkajs';
import { askBrokers } from './kafka.ts';

/** Offsets of partitions, each at the place of its number. One for which nothing is committed, -1 to Kafka, is 0. */
export function byPartition(places: { partition: number; offset: string }[]): number[] {
  const offsets: number[] = [];
  for (const { partition, offset } of places) offsets[partition] = Math.max(0, Number(offset));
  return Array.from(offsets, (offset) => offset ?? 0);
}

/** Where a topic begins and ends: of each partition, by its number, the oldest offset and the next one to be written. */
export interface TopicRange {
  oldest: number[];
  end: number[];
}

/** What a topic holds now. @param topic name as it is in Kafka */
export async function rangeOf(kafka: Kafka, topic: string): Promise<TopicRange> {
  const places = await askBrokers(kafka, (admin) => admin.fetchTopicOffsets(topic));
  return { oldest: byPartition(places.map((place) => ({ ...place, offset: place.low }))), end: byPartition(places) };
}
