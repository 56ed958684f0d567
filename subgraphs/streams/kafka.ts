import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, Batch, Consumer, IHeaders, Kafka, KafkaMessage } from 'kafkajs';
import { messageOf, TributaryError } from '../../platform/errors.ts';
import { isOfOldLeader, whileLeadersChange } from '../../platform/kafka.ts';
import type { Logger } from '../../platform/log.ts';
import { asText, type LoggedMessage } from '../../platform/messageLog.ts';
import { byPartition, rangeOfPlaces, type TopicRange } from '../../platform/offsets.ts';
import { detached } from '../../platform/trace.ts';
import type { Unframed, Values } from '../../platform/values.ts';
import { logGroup } from '../../schema/topics.ts';
import type { Position } from './position.ts';
import { Recent } from './recent.ts';
import type { Ring } from './ring.ts';
import type { Broker, Follower } from './tail.ts';

/** How long the archive's committed offsets are used, in milliseconds: a thousand waiting readers ask once. */
const archivedMaxAgeMs = 75;
/** How long the broker holds a fetch when nothing is new; it answers at once when something is. */
const maxWaitTimeInMs = 500;
/** How soon a new partition is noticed, in milliseconds. Its messages are read from its beginning whenever that is. */
const metadataMaxAge = 10_000;
const restartDelaysMs = [200, 500, 1_000, 2_000, 5_000];

/** Streams' view of Kafka. Topics are named without the prefix that they have in Kafka. */
export class KafkaBroker implements Broker {
  readonly #kafka: Kafka;
  readonly #prefix: string;
  readonly #values: Values;
  readonly #log: Logger;
  readonly #archived = new Map<string, Recent<Position>>();
  #admin: Promise<Admin> | undefined;

  constructor(kafka: Kafka, prefix: string, values: Values, log: Logger) {
    this.#kafka = kafka;
    this.#prefix = prefix;
    this.#values = values;
    this.#log = log;
  }

  ends(topic: string): Promise<Position> {
    return this.#ask(async (admin) => byPartition(await admin.fetchTopicOffsets(this.#prefix + topic)));
  }

  /** Of each partition, the oldest offset that Kafka still has, and the one after the newest. */
  range(topic: string): Promise<TopicRange> {
    return this.#ask(async (admin) => rangeOfPlaces(await admin.fetchTopicOffsets(this.#prefix + topic)));
  }

  firstAt(topic: string, time: number): Promise<{ first: Position; oldest: Position }> {
    const name = this.#prefix + topic;
    return this.#ask(async (admin) => {
      const offsetsAt = async (at: number) => byPartition(await admin.fetchTopicOffsetsByTimestamp(name, at));
      // Negative times mean something else to Kafka.
      return { first: await offsetsAt(Math.max(0, time)), oldest: await offsetsAt(0) };
    });
  }

  archivedEnd(topic: string): Promise<Position> {
    let recent = this.#archived.get(topic);
    if (!recent) {
      recent = new Recent(archivedMaxAgeMs, () => this.committed(logGroup, topic));
      this.#archived.set(topic, recent);
    }
    return recent.get();
  }

  /** The offset up to which a consumer group has taken each partition. @param group name without KAFKA_PREFIX */
  committed(group: string, topic: string): Promise<Position> {
    const question = { groupId: this.#prefix + group, topics: [this.#prefix + topic] };
    return this.#ask(async (admin) => byPartition((await admin.fetchOffsets(question))[0]?.partitions ?? []));
  }

  /** The number that a consumer group has committed beside the offset of each partition; 0 where there is none. */
  committedMetadata(group: string, topic: string): Promise<Position> {
    const question = { groupId: this.#prefix + group, topics: [this.#prefix + topic] };
    return this.#ask(async (admin) => {
      const [found] = await admin.fetchOffsets(question);
      const numbers = (found?.partitions ?? []).map(({ partition, metadata }) => ({
        partition,
        offset: metadata || '0',
      }));
      return byPartition(numbers);
    });
  }

  /** As `committed`, with the word that the view has put beside the offset of each partition. */
  committedWithMarks(group: string, topic: string): Promise<{ position: Position; marks: string[] }> {
    const question = { groupId: this.#prefix + group, topics: [this.#prefix + topic] };
    return this.#ask(async (admin) => {
      const places = (await admin.fetchOffsets(question))[0]?.partitions ?? [];
      return { position: byPartition(places), marks: places.map(({ metadata }) => metadata ?? '') };
    });
  }

  async follow(topic: string, ring: Ring): Promise<Follower> {
    ring.begin(await this.ends(topic));
    const name = this.#prefix + topic;
    // A group of its own, so that this process gets every partition.
    const groupId = `${this.#prefix}tributary.tail.${topic}.${randomUUID()}`;
    const stopped = new AbortController();
    const done = this.#keepFollowing(name, groupId, ring, stopped.signal);
    return {
      close: async () => {
        stopped.abort();
        await done;
        await this.#ask((admin) => admin.deleteGroups([groupId])).catch((error) =>
          this.#log.debug({ groupId, reason: messageOf(error) }, 'a group was left to the broker to forget'),
        );
      },
    };
  }

  /** Ends the connection that questions are asked on. */
  async close(): Promise<void> {
    const asked = this.#admin;
    this.#admin = undefined;
    const admin = await asked?.catch(() => undefined);
    await admin?.disconnect();
  }

  async #keepFollowing(name: string, groupId: string, ring: Ring, stopped: AbortSignal): Promise<void> {
    for (let attempt = 0; !stopped.aborted; attempt++) {
      const consumer = this.#kafka.consumer({
        groupId,
        maxWaitTimeInMs,
        metadataMaxAge,
        allowAutoTopicCreation: false,
      });
      try {
        const unframe: Unframe = (messages, beat) => this.#values.unframeInTime(messages, stopped, this.#log, beat);
        const crash = await startFollowing(consumer, name, ring, unframe, () => (attempt = 0), stopped);
        if (crash !== undefined) throw crash;
      } catch (error) {
        this.#log.warn(
          { topic: name, reason: messageOf(error) },
          'the tail has lost Kafka; it will go on where it stood',
        );
      }
      await consumer.disconnect().catch(() => {});
      const pause = restartDelaysMs[Math.min(attempt, restartDelaysMs.length - 1)];
      await delay(pause, undefined, { signal: stopped }).catch(() => {});
    }
  }

  async #ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    try {
      return await whileLeadersChange(async () => {
        this.#admin ??= detached(() => this.#connect());
        const asked = this.#admin;
        return question(await asked).catch(async (error) => {
          if (this.#admin === asked && isOfOldLeader(error)) await this.close();
          throw error;
        });
      });
    } catch (cause) {
      throw new TributaryError('BROKER_UNAVAILABLE', 'Kafka does not answer. Try again later.', {}, { cause });
    }
  }

  async #connect(): Promise<Admin> {
    const admin = this.#kafka.admin();
    try {
      await admin.connect();
      return admin;
    } catch (error) {
      this.#admin = undefined;
      throw error;
    }
  }
}

/** Waits for the schemas of what came as Avro. @param beat shows the broker that the consumer is there */
type Unframe = (messages: KafkaMessage[], beat: () => Promise<void>) => Promise<(KafkaMessage & Unframed)[]>;

/** Fills the ring until stopped. @returns why it ended, when it was not stopped. */
export async function startFollowing(
  consumer: Consumer,
  topic: string,
  ring: Ring,
  unframe: Unframe,
  onJoin: () => void,
  stopped: AbortSignal,
): Promise<unknown> {
  const ended = Promise.withResolvers<unknown>();
  const stop = () => ended.resolve(undefined);
  stopped.addEventListener('abort', stop, { once: true });
  try {
    // Whenever the group is joined, also after a loss of the broker, reading goes on where the ring ends.
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      onJoin();
      for (const partition of payload.memberAssignment[topic] ?? [])
        consumer.seek({ topic, partition, offset: String(ring.end(partition)) });
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) ended.resolve(payload.error); // else kafkajs joins again by itself
    });
    await consumer.connect();
    // When the offset that is sought is gone, the oldest one left: the ring sees the hole.
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch, heartbeat }) => {
        if (isMadeAnew(ring, batch)) return ring.fail(madeAnew());
        const messages = await unframe(batch.messages, heartbeat);
        ring.append(batch.partition, messages.map(toLogged(batch.partition)), Number(batch.lastOffset()) + 1);
      },
    });
    return await ended.promise;
  } finally {
    stopped.removeEventListener('abort', stop);
  }
}

/** Whether a batch shows that messages which were there are gone. */
function isMadeAnew(ring: Ring, { highWatermark, partition }: Batch): boolean {
  return Number(highWatermark) < ring.end(partition);
}

function madeAnew(): TributaryError {
  return new TributaryError(
    'CURSOR_AHEAD',
    'The stream now ends before messages that were already read: the topic was made anew. Start from `since`.',
  );
}

const toLogged =
  (partition: number) =>
  ({ offset, timestamp, key, headers, ...value }: KafkaMessage & Unframed): LoggedMessage => ({
    partition,
    offset: Number(offset),
    at: Number(timestamp),
    key: key?.toString() ?? null,
    headers: textOf(headers),
    ...asText(value),
  });

function textOf(headers: IHeaders = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
