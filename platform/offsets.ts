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

/** Of what Kafka tells about the partitions of a topic. */
export function rangeOfPlaces(places: { partition: number; low: string; high: string }[]): TopicRange {
  return {
    oldest: byPartition(places.map(({ partition, low }) => ({ partition, offset: low }))),
    end: byPartition(places.map(({ partition, high }) => ({ partition, offset: high }))),
  };
}

/** What a topic holds now. @param topic name as it is in Kafka */
export async function rangeOf(kafka: Kafka, topic: string): Promise<TopicRange> {
  return rangeOfPlaces(await askBrokers(kafka, (admin) => admin.fetchTopicOffsets(topic)));
}
