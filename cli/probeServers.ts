import { connect } from 'node:net';
import type { Admin } from 'kafkajs';
import { openClickHouse } from '../platform/clickhouse.ts';
import { brokersOf, type Settings } from '../platform/config.ts';
import { messageOf } from '../platform/errors.ts';
import { openKafka } from '../platform/kafka.ts';
import { createLogger } from '../platform/log.ts';
import { Graph } from '../platform/neo4j.ts';
import { secretsOf, withoutSecrets } from '../platform/secrets.ts';
import { peopleGraph } from '../schema/people/graph.ts';
import { topicNames } from '../schema/topics.ts';

/** What should be there and is not. @throws Error that says why it cannot be asked */
export async function lookAtKafka(settings: Settings, patienceMs?: number): Promise<string[]> {
  const brokers = brokersOf(settings).map((broker) => new URL(`kafka://${broker}`));
  await Promise.any(brokers.map(({ hostname, port }) => reach(hostname, Number(port)))).catch((all: AggregateError) => {
    throw new Error(all.errors.map(messageOf).join('; '));
  });
  const missing = async (admin: Admin) => {
    const present = new Set(await admin.listTopics());
    return topicNames
      .map((name) => settings.KAFKA_PREFIX + name)
      .filter((topic) => !present.has(topic))
      .map((topic) => `topic ${topic}`);
  };
  return withAdmin(settings, missing, patienceMs);
}

/** What should be there and is not. @throws Error that says why it cannot be asked */
export async function lookAtNeo4j(settings: Settings): Promise<string[]> {
  const { hostname, port } = new URL(settings.NEO4J_URI);
  await reach(hostname, Number(port || 7687));
  const graph = new Graph(settings);
  try {
    await graph.ping();
    // A constraint has an index of the same name.
    const rows = await graph.read<{ name: string }>(
      "SHOW INDEXES YIELD name, state WHERE state <> 'FAILED' RETURN name",
    );
    const present = new Set(rows.map(({ name }) => name));
    return peopleGraph
      .flatMap((statement) => [...statement.matchAll(/(CONSTRAINT|INDEX) (\w+) IF NOT EXISTS/g)])
      .filter(([, , name]) => !present.has(name!))
      .map(([, kind, name]) => `${kind!.toLowerCase()} ${name}`);
  } finally {
    graph.close().catch(() => {});
  }
}

/** What should be there and is not. @throws Error that says why it cannot be asked */
export async function lookAtClickHouse(settings: Settings): Promise<string[]> {
  const { hostname, port, protocol } = new URL(settings.CLICKHOUSE_URL);
  await reach(hostname, Number(port || (protocol === 'https:' ? 443 : 80)));
  const clickhouse = openClickHouse({ ...settings, CLICKHOUSE_DATABASE: 'system' });
  try {
    const result = await clickhouse.query({
      query: 'SELECT name FROM tables WHERE database = {database:String}',
      query_params: { database: settings.CLICKHOUSE_DATABASE },
      format: 'JSONEachRow',
    });
    const present = new Set((await result.json<{ name: string }>()).map(({ name }) => name));
    return ['log', 'redriven']
      .filter((table) => !present.has(table))
      .map((table) => `table ${settings.CLICKHOUSE_DATABASE}.${table}`);
  } finally {
    clickhouse.close().catch(() => {});
  }
}

/** Only connects, because the servers' clients try again and again, and tell less about what is wrong. */
function reach(hostname: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, hostname.replace(/^\[|\]$/g, ''), () => resolve());
    socket.once('connect', () => socket.destroy()).once('error', reject);
  });
}

/** Asks the brokers something. @param patienceMs how long they may take for each answer; as usual when missing */
export async function withAdmin<T>(
  settings: Settings,
  ask: (admin: Admin) => Promise<T>,
  patienceMs?: number,
): Promise<T> {
  const admin = openKafka(settings, 'doctor', createLogger('doctor', 'silent'), patienceMs).admin();
  try {
    await admin.connect();
    return await ask(admin);
  } finally {
    admin.disconnect().catch(() => {});
  }
}

/** The first line of a text without the values of secret settings, which a client may have put into what it throws. */
export function lineWithoutSecrets(settings: Settings, text: string): string {
  const [line = ''] = withoutSecrets(text, secretsOf(settings)).split('\n');
  return line.replace(/\.\s*$/, '');
}
