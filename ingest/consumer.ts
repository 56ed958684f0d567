import { setTimeout as delay } from 'node:timers/promises';
import type { Batch, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Settings } from '../platform/config.ts';
import type { Logger } from '../platform/log.ts';
import { Values } from '../platform/values.ts';

/** A member of a consumer group, and what it does with the messages that it is given. */
export interface Member {
  /** Name without KAFKA_PREFIX. */
  group: string;
  /** Names without KAFKA_PREFIX. */
  topics: string[];
  /** Partitions taken at the same time. */
  concurrency: number;
  /** Whether values are to stay as they came; else those in Avro are JSON when they are taken. */
  keepsBytes?: boolean | undefined;
  /** Takes messages of one partition, in order. Nothing is committed but what it commits. */
  take(payload: EachBatchPayload, consumer: Consumer): Promise<void>;
  /** Told which partitions it has from now on, before anything of them is taken. @param partitions by topic as in Kafka */
  joined?(partitions: Record<string, number[]>, consumer: Consumer): void;
  /** Told of each batch before its values are read, which may have to wait for the schema registry. */
  given?(batch: Batch): void;
  /** Told how far it is after each batch, also after one that held nothing to be taken. @param next an offset */
  passed?(partition: number, next: number): void;
}

export interface Running {
  stop(): Promise<void>;
}

export const retryDelaysMs = [100, 250, 500, 1_000, 2_000];

/** Keeps a member in its group until it is stopped, through whatever becomes of the brokers. */
export async function runMember(member: Member, kafka: Kafka, settings: Settings, log: Logger): Promise<Running> {
  const stopped = new AbortController();
  const values = member.keepsBytes ? undefined : new Values(settings);
  const read: Member['take'] = async (payload, consumer) => {
    const { batch } = payload;
    member.given?.(batch);
    if (values) batch.messages = await values.unframeInTime(batch.messages, stopped.signal, log);
    await member.take(payload, consumer);
  };
  const reading = { ...member, take: read };
  let consumer = await consume(reading, kafka, settings, stopped.signal);
  const running = (async () => {
    // kafkajs begins again by itself after most faults; after the others it leaves that to us.
    for (let attempt = 0; await consumer.givenUp; attempt++) {
      await consumer.stop();
      await delay(retryDelaysMs[Math.min(attempt, retryDelaysMs.length - 1)], undefined, {
        signal: stopped.signal,
      }).catch(() => {});
      if (stopped.signal.aborted) return;
      consumer = await consume(reading, kafka, settings, stopped.signal);
    }
  })();
  return {
    async stop() {
      stopped.abort();
      await running;
      await consumer.stop();
    },
  };
}

/** One consumer. `givenUp` resolves with true when it has ended by a fault, and with false when it is stopped. */
async function consume(member: Member, kafka: Kafka, settings: Settings, stopped: AbortSignal) {
  const heartbeatMs = Math.ceil(settings.KAFKA_SESSION_TIMEOUT_MS / 5);
  const consumer = kafka.consumer({
    groupId: settings.KAFKA_PREFIX + member.group,
    sessionTimeout: settings.KAFKA_SESSION_TIMEOUT_MS,
    heartbeatInterval: heartbeatMs,
    maxWaitTimeInMs: 500,
    maxBytes: 16 << 20,
    maxBytesPerPartition: 4 << 20,
    retry: { initialRetryTime: 200, maxRetryTime: 2_000, retries: 1_000_000 },
  });
  const { promise: givenUp, resolve } = Promise.withResolvers<boolean>();
  stopped.addEventListener('abort', () => resolve(false));
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) resolve(true);
  });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => member.joined?.(payload.memberAssignment, consumer));
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) =>
    member.passed?.(partition, Number(lastOffset) + 1),
  );
  await consumer.connect();
  await consumer.subscribe({
    topics: member.topics.map((topic) => settings.KAFKA_PREFIX + topic),
    fromBeginning: true,
  });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: member.concurrency,
    async eachBatch(payload) {
      // What is done with a batch may take longer than the group waits for a sign of life.
      const beats = setInterval(() => payload.heartbeat().catch(() => {}), heartbeatMs);
      try {
        await member.take(payload, consumer);
      } finally {
        clearInterval(beats);
      }
    },
  });
  return { givenUp, stop: () => consumer.disconnect() };
}
