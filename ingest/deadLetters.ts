import type { KafkaMessage } from 'kafkajs';
import type { Publisher } from '../platform/publish.ts';
import { deadLetterHeaders } from '../schema/topics.ts';

/** A message that broke its contract, where it stood, and why. */
export interface DeadLetter {
  topic: string;
  partition: number;
  message: KafkaMessage;
  reason: string;
}

/**
 * Puts messages on dead.letters with their original bytes and headers. A crash may put one there twice; its place in
 * the headers tells that it is the same.
 */
export async function sendDeadLetters(publisher: Publisher, letters: DeadLetter[]): Promise<void> {
  if (letters.length === 0) return;
  await publisher.publish(
    'dead.letters',
    letters.map(({ topic, partition, message, reason }) => ({
      key: topic,
      value: message.value,
      headers: {
        ...message.headers,
        [deadLetterHeaders.reason]: reason,
        [deadLetterHeaders.topic]: topic,
        [deadLetterHeaders.partition]: String(partition),
        [deadLetterHeaders.offset]: message.offset,
        ...(message.key ? { [deadLetterHeaders.key]: message.key } : {}),
      },
    })),
  );
}
