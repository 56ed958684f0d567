import type { ClickHouseClient } from '@clickhouse/client';
import type { Kafka } from 'kafkajs';
import type { Settings } from '../../platform/config.ts';
import { ClickHouseLog } from '../../platform/messageLog.ts';
import { logGroup } from '../../schema/topics.ts';
import type { PeopleLog } from '../people/rebuild.ts';

const topic = 'people.events';
const page = { rows: 5_000, bytes: 16 << 20 };

const countMessages = `
SELECT uniqExact(offset) AS messages, min(offset) AS first
FROM log
WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset < {end:UInt64}`;

/** The archive of people.events in ClickHouse, whose progress Kafka keeps. */
export function peopleLog(kafka: Kafka, clickhouse: ClickHouseClient, settings: Settings): PeopleLog {
  const name = settings.KAFKA_PREFIX + topic;
  const reader = new ClickHouseLog(clickhouse);
  const admin = async <T>(ask: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> => {
    const connection = kafka.admin();
    await connection.connect();
    return ask(connection).finally(() => connection.disconnect());
  };
  return {
    partitions: () => admin(async (kafka) => (await kafka.fetchTopicOffsets(name)).map(({ partition }) => partition)),
    archivedEnd: () =>
      admin(async (kafka) => {
        const [group] = await kafka.fetchOffsets({ groupId: settings.KAFKA_PREFIX + logGroup, topics: [name] });
        const ends: number[] = [];
        for (const { partition, offset } of group!.partitions) ends[partition] = Math.max(0, Number(offset));
        return Array.from(ends, (end) => end ?? 0);
      }),
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
