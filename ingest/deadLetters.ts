import type { KafkaMessage, Message } from 'kafkajs';
import { deadLetters } from '../platform/metrics.ts';
import { isTooLarge, type Publisher } from '../platform/publish.ts';
import type { Unframed } from '../platform/values.ts';
import { faultHeader } from '../schema/found.ts';
import { deadLetterHeaders } from '../schema/topics.ts';

/** A message that broke its contract, where it stood, and why. */
export interface DeadLetter {
  topic: string;
  partition: number;
  message: KafkaMessage & Unframed;
  reason: string;
}

/**
 * Puts messages on dead.letters with their original bytes and headers. A crash may put one there twice; its place in
 * the headers tells that it is the same. Of one that Kafka does not take again for its size only the place is sent,
 * because the log has the rest.
 */
export async function sendDeadLetters(publisher: Publisher, letters: DeadLetter[]): Promise<void> {
  if (letters.length === 0) return;
  try {
    await publisher.publish(
      'dead.letters',
      letters.map((letter) => toMessage(letter)),
    );
    for (const { topic } of letters) deadLetters.inc({ topic });
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    const [first, ...others] = letters;
    if (others.length > 0) for (const letter of letters) await sendDeadLetters(publisher, [letter]);
    else {
      await publisher.publish('dead.letters', [toMessage(first!, false)]);
      deadLetters.inc({ topic: first!.topic });
    }
  }
}

function toMessage({ topic, partition, message, reason }: DeadLetter, whole = true): Message {
  const { key, headers, offset, framed, fault: unreadable } = message;
  const value = framed ?? message.value;
  // Whoever could not read it, or read it in a file, knows more.
  const fault = unreadable ?? String(headers?.[faultHeader] ?? reason);
  const about = whole ? fault : `${fault} (its ${value?.length} bytes are too many to be sent again; the log has them)`;
  return {
    key: topic,
    value: whole ? value : null,
    headers: {
      ...(whole ? headers : {}),
      [deadLetterHeaders.reason]: about,
      [deadLetterHeaders.topic]: topic,
      [deadLetterHeaders.partition]: String(partition),
      [deadLetterHeaders.offset]: offset,
      ...(key && whole ? { [deadLetterHeaders.key]: key } : {}),
    },
  };
}
