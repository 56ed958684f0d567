import { type Kafka, type Message, Partitioners, type Producer } from 'kafkajs';
import { TributaryError } from './errors.ts';
import { published } from './metrics.ts';
import { detached, inSending, withTrace } from './trace.ts';

/** For each partition, by its number, the next offset after what was written; 0 where nothing was. */
export type WrittenPosition = number[];

/** Writes messages to Kafka, acknowledged by all replicas in sync; a retry never writes twice (idempotent producer). */
export class Publisher {
  readonly #kafka: Kafka;
  readonly #partitions = new WeakMap<object, number>();
  #producer: Producer;
  #connected: Promise<void> | undefined;

  constructor(
    kafka: Kafka,
    readonly prefix: string,
  ) {
    this.#kafka = kafka;
    this.#producer = this.#newProducer();
  }

  #newProducer(): Producer {
    return this.#kafka.producer({
      idempotent: true,
      maxInFlightRequests: 5,
      createPartitioner: () => {
        const choose = Partitioners.DefaultPartitioner();
        return (place) => {
          const partition = choose(place);
          this.#partitions.set(place.message, partition);
          return partition;
        };
      },
    });
  }

  /**
   * @throws TributaryError BAD_USER_INPUT when Kafka takes no message of this size, BROKER_UNAVAILABLE when the brokers
   *   do not acknowledge all of it
   */
  publish(topic: string, messages: Message[]): Promise<WrittenPosition> {
    const about = { 'messaging.system': 'kafka', 'messaging.batch.message_count': messages.length };
    return inSending(`send ${topic}`, about, () => this.#publish(topic, withTrace(messages)));
  }

  async #publish(topic: string, messages: Message[]): Promise<WrittenPosition> {
    const next: WrittenPosition = [];
    const producer = this.#producer;
    try {
      this.#connected ??= detached(() => producer.connect());
      await this.#connected;
      for (const request of requests(messages)) {
        const written = await producer.send({ topic: this.prefix + topic, messages: request, acks: -1 });
        for (const { partition, baseOffset } of written) {
          const count = request.filter((message) => this.#partitions.get(message) === partition).length;
          next[partition] = Number(baseOffset) + count;
        }
        published.inc({ topic }, request.length);
      }
      return Array.from(next, (offset) => offset ?? 0);
    } catch (cause) {
      if (isTooLarge(cause))
        throw new TributaryError(
          'BAD_USER_INPUT',
          `A message is larger than ${topic} takes, which is 1 MB unless Kafka was set up otherwise (max.message.bytes). Make it smaller.`,
          {},
          { cause },
        );
      if (producer === this.#producer) {
        this.#connected = undefined;
        // This one would be refused for good: the broker has taken more, or less, than was acknowledged.
        if (isOutOfSequence(cause)) {
          this.#producer = this.#newProducer();
          producer.disconnect().catch(() => {});
        }
      }
      throw new TributaryError(
        'BROKER_UNAVAILABLE',
        `Kafka did not take the messages for ${topic}. Try again later.`,
        {},
        { cause },
      );
    }
  }

  async close(): Promise<void> {
    await this.#connected?.catch(() => {});
    await this.#producer.disconnect();
  }
}

/**
 * Bytes that a text may have to be published. Kafka takes messages of 1,048,588 unless it was set up otherwise
 * (message.max.bytes), with the key and what it adds itself.
 */
export const longestText = 1_000_000;

/** Whether Kafka would refuse a text for its length, and perhaps what is sent with it. */
export function isTooLong(text: string): boolean {
  return Buffer.byteLength(text) > longestText;
}

/** Whether the broker has refused a message for its size, which trying again does not change. */
export function isTooLarge(error: unknown): boolean {
  return isOfType(error, ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);
}

/** Whether the broker no longer agrees with an idempotent producer about what came before, as after a crash. */
function isOutOfSequence(error: unknown): boolean {
  return isOfType(error, ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID', 'INVALID_PRODUCER_EPOCH']);
}

function isOfType(error: unknown, types: string[]): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (types.includes((cause as { type?: string }).type ?? '')) return true;
  return false;
}

/** The broker refuses requests of more than a megabyte. */
const requestBytes = 512 * 1024;

function* requests(messages: Message[]): Generator<Message[]> {
  let request: Message[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(message.value ?? '') + 200;
    if (request.length > 0 && bytes + size > requestBytes) {
      yield request;
      request = [];
      bytes = 0;
    }
    request.push(message);
    bytes += size;
  }
  if (request.length > 0) yield request;
}
