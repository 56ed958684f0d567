import type { ClickHouseClient } from '@clickhouse/client';
import type { Kafka } from 'kafkajs';
import type { Settings } from '../../platform/config.ts';
import { ClickHouseLog, type LoggedMessage } from '../../platform/messageLog.ts';
import { logGroup, type TopicName } from '../../schema/topics.ts';

/** The archive of one topic, as far as a rebuild needs it. */
export interface TopicLog {
  /** The offset after the newest message of each partition, now. */
  ends(): Promise<number[]>;
  /** The offset of the oldest message that Kafka still has in each partition, or that comes next where it has none. */
  oldest(): Promise<number[]>;
  /** The offset up to which a consumer group, named without KAFKA_PREFIX, has taken each partition. */
  committed(group: string): Promise<number[]>;
  /** The offset up to which each partition is archived. */
  archivedEnd(): Promise<number[]>;
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
export function topicLog(kafka: Kafka, clickhouse: ClickHouseClient, settings: Settings, topic: TopicName): TopicLog {
  const name = settings.KAFKA_PREFIX + topic;
  const reader = new ClickHouseLog(clickhouse);
  const admin = async <T>(ask: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> => {
    const connection = kafka.admin();
    await connection.connect();
    return ask(connection).finally(() => connection.disconnect());
  };
  const committed = (group: string) =>
    admin(async (kafka) => {
      const [of] = await kafka.fetchOffsets({ groupId: settings.KAFKA_PREFIX + group, topics: [name] });
      return byPartition(of!.partitions);
    });
  const offsets = () => admin((kafka) => kafka.fetchTopicOffsets(name));
  return {
    ends: async () => byPartition(await offsets()),
    oldest: async () => byPartition((await offsets()).map(({ partition, low }) => ({ partition, offset: low }))),
    committed,
    archivedEnd: () => committed(logGroup),
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

/** A partition for which nothing is committed has the offset -1. */
function byPartition(places: { partition: number; offset: string }[]): number[] {
  const offsets: number[] = [];
  for (const { partition, offset } of places) offsets[partition] = Math.max(0, Number(offset));
  return Array.from(offsets, (offset) => offset ?? 0);
}
