import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import type { Settings } from '../platform/config.ts';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';
import { batchFailures, batchMessages, batchSeconds } from '../platform/metrics.ts';
import { inReceiving } from '../platform/trace.ts';
import { type Member, type Running, retryDelaysMs, runMember } from './consumer.ts';
import { Lag } from './lag.ts';

/** Messages of one partition, in order. */
export interface Batch {
  /** Name without KAFKA_PREFIX. */
  topic: string;
  partition: number;
  messages: KafkaMessage[];
}

/** A view of the log: a consumer group of its own, and what it does with the messages. */
export interface View {
  /** Consumer group without KAFKA_PREFIX. */
  group: string;
  /** Topics without KAFKA_PREFIX. */
  topics: string[];
  /** At most so many messages are given to `write` at once. */
  batchSize: number;
  /** Partitions written at the same time. */
  concurrency: number;
  /** Whether values are to stay as they came; else those in Avro are JSON when they are written. */
  keepsBytes?: boolean;
  /** Stores the effects of the batch; writing a batch, or a part of it, again must change nothing. */
  write(batch: Batch): Promise<void>;
  /** What is committed beside an offset after the write: a word to whoever waits for the view. */
  mark?(): string;
  /** Whether an error of `write` comes from the store or the network, and not from the messages. */
  isTransient(error: unknown): boolean;
  /** Called with the one message that `write` refuses for good. The partition goes on when it resolves. */
  refuse(topic: string, partition: number, message: KafkaMessage, reason: string): Promise<void>;
}

/**
 * Feeds a view from Kafka. Offsets are committed only after the write, so everything is delivered at least once. A
 * store or a broker that is away is waited for; a message that the store refuses for good is singled out and handed to
 * `refuse`.
 */
export async function runView(view: View, kafka: Kafka, settings: Settings, log: Logger): Promise<Running> {
  const stopped = new AbortController();
  const { group, topics, concurrency, keepsBytes } = view;
  const lag = new Lag(group, settings.KAFKA_PREFIX);
  const take: Member['take'] = (payload, consumer) => feed(view, payload, consumer, settings, stopped.signal, log, lag);
  const joined: Member['joined'] = (partitions) => lag.assigned(partitions);
  const given: Member['given'] = ({ topic, partition, highWatermark, messages: [first] }) => {
    if (first) lag.begins(topic, partition, Number(first.timestamp), Number(highWatermark) - Number(first.offset));
  };
  const member = await runMember({ group, topics, concurrency, keepsBytes, take, joined, given }, kafka, settings, log);
  return {
    stop() {
      stopped.abort();
      lag.close();
      return member.stop();
    },
  };
}

async function feed(
  view: View,
  { batch, heartbeat, resolveOffset, isRunning, isStale }: EachBatchPayload,
  consumer: Consumer,
  settings: Settings,
  stopped: AbortSignal,
  log: Logger,
  lag: Lag,
): Promise<void> {
  const topic = batch.topic.slice(settings.KAFKA_PREFIX.length);
  const behind = (offset: string) => Number(batch.highWatermark) - Number(offset);
  for (let start = 0; start < batch.messages.length; start += view.batchSize) {
    if (!isRunning() || isStale()) return;
    const messages = batch.messages.slice(start, start + view.batchSize);
    const [first] = messages;
    lag.begins(batch.topic, batch.partition, Number(first!.timestamp), behind(first!.offset));
    await inReceiving(`process ${topic}`, messages, () =>
      writeBatch(view, { topic, partition: batch.partition, messages }, stopped, log),
    );
    const { offset } = messages.at(-1)!;
    lag.wrote(batch.topic, batch.partition, behind(offset) - 1);
    resolveOffset(offset);
    const next = String(Number(offset) + 1);
    // Whoever gets the partition instead writes the same again, which changes nothing.
    const metadata = view.mark?.() ?? null;
    const place = { topic: batch.topic, partition: batch.partition, offset: next, metadata };
    await consumer.commitOffsets([place]).catch((error) => {
      log.debug({ view: view.group, reason: messageOf(error) }, 'an offset was not committed');
    });
    await heartbeat();
  }
}

/** Writes the batch, however long the store is away; halves it again and again to find a message that is refused. */
export async function writeBatch(view: View, batch: Batch, stopped: AbortSignal, log: Logger): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const begun = performance.now();
    try {
      await view.write(batch);
      batchMessages.observe({ view: view.group }, batch.messages.length);
      return batchSeconds.observe({ view: view.group }, (performance.now() - begun) / 1_000);
    } catch (error) {
      batchFailures.inc({ view: view.group });
      stopped.throwIfAborted();
      if (!view.isTransient(error)) return halve(view, batch, error, stopped, log);
      log.warn({ view: view.group, attempt, reason: messageOf(error) }, 'the store is away; trying again');
      await delay(retryDelaysMs[Math.min(attempt, retryDelaysMs.length - 1)], undefined, { signal: stopped });
    }
  }
}

async function halve(view: View, batch: Batch, error: unknown, stopped: AbortSignal, log: Logger): Promise<void> {
  const { messages } = batch;
  if (messages.length === 1) {
    log.error({ view: view.group, offset: messages[0]!.offset, reason: messageOf(error) }, 'a message is refused');
    return view.refuse(batch.topic, batch.partition, messages[0]!, `the store refused it: ${messageOf(error)}`);
  }
  const half = messages.length >> 1;
  await writeBatch(view, { ...batch, messages: messages.slice(0, half) }, stopped, log);
  await writeBatch(view, { ...batch, messages: messages.slice(half) }, stopped, log);
}
