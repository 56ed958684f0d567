import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Kafka } from 'kafkajs';
import { roleCommand } from '../cli/up.ts';
import { setUp } from '../ingest/setup.ts';
import { openClickHouse } from '../platform/clickhouse.ts';
import type { Settings } from '../platform/config.ts';
import { openKafka } from '../platform/kafka.ts';
import { createLogger, type Logger } from '../platform/log.ts';
import { Graph } from '../platform/neo4j.ts';
import { Publisher } from '../platform/publish.ts';
import { freePort } from '../servers/ports.ts';

/** Topics and tables of one benchmark alone, gone when it ends. */
export interface Apart extends AsyncDisposable {
  settings: Settings;
  kafka: Kafka;
  clickhouse: ClickHouseClient;
  publisher: Publisher;
  log: Logger;
  /** Starts a role as a process of its own, with other settings where some are given. */
  role(
    name: 'gateway' | `ingest${'' | ` --only ${string}`}`,
    others?: Partial<Settings>,
  ): Promise<{ port: number; pid: number; stop(): Promise<void> }>;
}

export async function apart(given: Settings): Promise<Apart> {
  const name = `bench${randomBytes(4).toString('hex')}`;
  const settings = { ...given, KAFKA_PREFIX: `${name}.`, CLICKHOUSE_DATABASE: name };
  const log = createLogger('bench', 'error');
  const kafka = openKafka(settings, 'bench', log);
  const graph = new Graph(settings);
  await setUp(settings, kafka, graph);
  await graph.close();
  const clickhouse = openClickHouse(settings);
  const publisher = new Publisher(kafka, settings.KAFKA_PREFIX);
  return {
    ...{ settings, kafka, clickhouse, publisher, log },
    async role(name, others = {}) {
      const port = await freePort();
      const { command, args, env } = roleCommand(name, { ...settings, ...others, PORT: port, LOG_LEVEL: 'error' });
      const child = spawn(command, args, {
        env: { ...process.env, ...env },
        stdio: ['pipe', 'ignore', 'inherit', 'ipc'],
      });
      await once(child, 'message');
      const stop = async () => {
        child.stdin!.end();
        await once(child, 'exit');
      };
      return { port, pid: child.pid!, stop };
    },
    async [Symbol.asyncDispose]() {
      await publisher.close();
      const admin = kafka.admin();
      await admin.connect();
      const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(settings.KAFKA_PREFIX));
      await admin.deleteTopics({ topics });
      await admin.disconnect();
      await clickhouse.command({ query: `DROP DATABASE ${name}` });
      await clickhouse.close();
    },
  };
}
