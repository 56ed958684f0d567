import { setTimeout as delay } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Kafka } from 'kafkajs';
import type { Settings } from '../../platform/config.ts';
import { askBrokers } from '../../platform/kafka.ts';
import { ClickHouseLog, type LoggedMessage } from '../../platform/messageLog.ts';
import { byPartition, rangeOf, type TopicRange } from '../../platform/offsets.ts';
import { Values } from '../../platform/values.ts';
import type { TopicName } from '../../schema/topics.ts';

/** The archive of one topic, as far as a rebuild needs it. */
export interface TopicLog {
  /** What the topic holds now. */
  range(): Promise<TopicRange>;
  /** The offset up to which a consumer group, named without KAFKA_PREFIX, has taken each partition. */
  committed(group: string): Promise<number[]>;
  /** How many messages of each partition before these offsets are archived, and the first of them. */
  coverage(ends: number[]): Promise<{ messages: number; first: number }[]>;
  /** Messages of a partition from an offset on, in order; none when there are no more before `to`. */
  read(partition: number, from: number, to: number): Promise<LoggedMessage[]>;
}

const page = { rows: 5_000, bytes: 16 << 20 };

/** FINAL on the order of the table counts as it reads, and holds no set of the offsets. */
const countMessages = `
SELECT count() AS messages, min(offset) AS first
FROM log FINAL
WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset < {end:UInt64}`;

/** A topic's archive in ClickHouse, whose progress Kafka keeps. */
export function topicLog(
  kafka: Kafka,
  clickhouse: ClickHouseClient,
  settings: Settings,
  topic: TopicName,
  values = new Values(settings),
): TopicLog {
  const name = settings.KAFKA_PREFIX + topic;
  const reader = new ClickHouseLog(clickhouse, values);
  return {
    range: () => rangeOf(kafka, name),
    async committed(group) {
      const question = { groupId: settings.KAFKA_PREFIX + group, topics: [name] };
      const [of] = await askBrokers(kafka, (admin) => admin.fetchOffsets(question));
      return byPartition(of!.partitions);
    },
    coverage: (ends) =>
      Promise.all(
        ends.map(async (end, partition) => {
          const result = await clickhouse.query({
            query: countMessages,
            query_params: { topic, partition, end },
            format: 'JSONEachRow',
          });
          const [row] = await result.json<{ messages: string; first: string }>();
          return { messages: Number(row!.messages), first: Number(row!.first) };
        }),
      ),
    read: (partition, from, to) => reader.read({ topic, partition, from, to, ...page }),
  };
}

const pollMs = 100;

/**
 * Waits until a consumer group has taken all that there is when it is asked for; what Kafka has lost nobody can take.
 * @returns where the topic ended then, by partition
 */
export async function taken(
  of: TopicLog,
  group: string,
  stopped: AbortSignal,
  progress: (done: number, total: number) => void,
): Promise<number[]> {
  const { oldest, end: ends } = await of.range();
  const total = ends.reduce((sum, end) => sum + end, 0);
  for (;;) {
    const offsets = await of.committed(group);
    const left = (end: number, at: number) => Math.max(0, end - Math.max(offsets[at] ?? 0, oldest[at]!));
    const lag = ends.reduce((sum, end, partition) => sum + left(end, partition), 0);
    if (lag === 0) return ends;
    progress(total - lag, total);
    await delay(pollMs, undefined, { signal: stopped });
  }
}
