import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from 'kafkajs';
import { idle } from '../platform/lines.ts';
import { isTooLong, type Publisher } from '../platform/publish.ts';
import { type Found, messageOf } from '../schema/found.ts';
import { type TopicName, topicOf } from '../schema/topics.ts';

export interface ProduceOptions {
  /** Messages a request. */
  batch: number;
  /** Messages a second at the most; as fast as Kafka takes them when missing. */
  rate?: number;
}

export interface Produced {
  sent: number;
  /** Of those sent, how many break the contract; they go to dead.letters when ingest reads them. */
  broken: number;
  /** The first of them, with its place. */
  firstBroken?: string;
  /** How many were not sent, because they are too long for Kafka. */
  tooLong: number;
  /** The place of the first of them. */
  firstTooLong?: string;
}

/** Where messages go, and how the key of one is found; what throws ContractError breaks the contract. */
export interface Destination {
  topic: TopicName;
  keyOf(text: string): string;
}

/**
 * Publishes texts as they are found. One that breaks the contract is sent as it is, so that it shows up in dead.letters
 * with the reason, and nothing is lost on the way. One that is too long for Kafka is left out, and holds up no other.
 */
export async function produce(
  found: AsyncIterable<Found | typeof idle>,
  { topic, keyOf }: Destination,
  { batch, rate }: ProduceOptions,
  publisher: Publisher,
  stopped: AbortSignal,
  progress: (produced: Produced) => void,
): Promise<Produced> {
  const produced: Produced = { sent: 0, broken: 0, tooLong: 0 };
  // A tenth of a second's worth at the most, so that a rate holds within the second too.
  const size = rate === undefined ? batch : Math.min(batch, Math.ceil(rate / 10));
  const pace = new Pace(rate);
  let waiting: Message[] = [];
  const send = async () => {
    if (waiting.length === 0) return;
    const messages = waiting;
    waiting = [];
    await pace.next(messages.length, stopped);
    await publisher.publish(topic, messages);
    produced.sent += messages.length;
    progress(produced);
  };
  for await (const item of found) {
    if (item === idle) await send();
    else if (isTooLong(item.text)) {
      produced.tooLong++;
      produced.firstTooLong ??= item.where;
    } else {
      const { message, fault } = messageOf(item, keyOf);
      if (fault !== undefined) {
        produced.broken++;
        produced.firstBroken ??= fault;
        // Kafka takes nothing without a key there; no message that keeps the contract has this one.
        if (topicOf(topic).isCompacted) message.key = '';
      }
      waiting.push(message);
      if (waiting.length >= size) await send();
    }
    if (stopped.aborted) break;
  }
  await send();
  return produced;
}

/** Holds a rate: time that passed without messages is not made up for. */
class Pace {
  #due = 0;

  constructor(readonly perSecond = Number.POSITIVE_INFINITY) {}

  /** Waits until so many messages may go, or until stopped. */
  async next(count: number, stopped: AbortSignal): Promise<void> {
    const begin = Math.max(this.#due, performance.now());
    this.#due = begin + (count / this.perSecond) * 1000;
    const wait = begin - performance.now();
    if (wait > 0) await delay(wait, undefined, { signal: stopped }).catch(() => {});
  }
}
