import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '../platform/config.ts';
import { Child, type ChildCommand } from './child.ts';
import { clickhouseServer } from './clickhouse.ts';
import { fetchJars, type JarSet, requireJava } from './java.ts';
import { kafkaJars, kafkaServer } from './kafka.ts';
import { neo4jJars, neo4jServer } from './neo4j.ts';
import { claimPort } from './ports.ts';

/** Tells a person what is going on. */
export interface Report {
  say(line: string): void;
  /** A step that takes long, and how far it is. */
  progress(step: string, done: number, total: number): void;
}

export interface RunningServers {
  /** The settings given, with the addresses of the servers started here filled in. */
  settings: Settings;
  /** The servers started here, by name. */
  children: Child[];
  stop(): Promise<void>;
}

/**
 * Starts those of the three servers for which the settings have no address, as children of this process on loopback
 * with their data below TRIBUTARY_DATA, and waits until all answer.
 * @param stopped ends what has been begun, also before it stands
 * @throws Error, in words for a person, when Java, Maven or a port is missing or a server does not start.
 */
export async function startServers(
  settings: Settings,
  report: Report,
  stopped: AbortSignal = new AbortController().signal,
): Promise<RunningServers> {
  const logs = join(settings.TRIBUTARY_DATA, 'logs');
  await mkdir(logs, { recursive: true });
  const wanted = { kafka: !settings.KAFKA_BROKERS, neo4j: !settings.NEO4J_URI, clickhouse: !settings.CLICKHOUSE_URL };
  if (wanted.kafka || wanted.neo4j) await requireJava();
  const jars = (set: JarSet) =>
    fetchJars(
      set,
      settings.TRIBUTARY_CACHE,
      (done, total) => report.progress(`Fetching ${set.name} (once)`, done, total),
      stopped,
    );
  const kafkaFolder = wanted.kafka ? await jars(kafkaJars) : '';
  const neo4jFolder = wanted.neo4j ? await jars(neo4jJars) : '';

  const running = { ...settings };
  const commands: Promise<ChildCommand>[] = [];
  const data = (name: string) => join(settings.TRIBUTARY_DATA, name);
  const log = (name: string) => join(logs, `${name}.log`);
  if (wanted.neo4j) {
    const port = await claimPort(settings.NEO4J_PORT, 'Neo4j', 'NEO4J_PORT');
    running.NEO4J_URI = `bolt://127.0.0.1:${port}`;
    commands.push(neo4jServer(neo4jFolder, data('neo4j'), port, log('neo4j')));
  }
  if (wanted.kafka) {
    const broker = await claimPort(settings.KAFKA_PORT, 'Kafka', 'KAFKA_PORT');
    const controller = await claimPort(settings.KAFKA_CONTROLLER_PORT, "Kafka's controller", 'KAFKA_CONTROLLER_PORT');
    running.KAFKA_BROKERS = `127.0.0.1:${broker}`;
    commands.push(kafkaServer(kafkaFolder, data('kafka'), { broker, controller }, log('kafka')));
  }
  if (wanted.clickhouse) {
    const port = await claimPort(settings.CLICKHOUSE_PORT, 'ClickHouse', 'CLICKHOUSE_PORT');
    running.CLICKHOUSE_URL = `http://127.0.0.1:${port}`;
    commands.push(clickhouseServer(data('clickhouse'), port, log('clickhouse')));
  }

  const children: Child[] = [];
  const stop = async () => void (await Promise.all(children.map((child) => child.stop())));
  stopped.addEventListener('abort', stop);
  let ready = 0;
  const step = 'Starting the servers';
  if (commands.length > 0) report.progress(step, 0, commands.length);
  const starts = await Promise.allSettled(
    commands.map(async (command) => {
      const child = new Child(await command, (line) => report.say(line));
      stopped.throwIfAborted();
      children.push(child);
      await child.start();
      report.progress(step, ++ready, commands.length);
    }),
  );
  stopped.removeEventListener('abort', stop);
  const failure = starts.find((start) => start.status === 'rejected');
  if (failure) {
    await stop();
    throw failure.reason;
  }
  return { settings: running, children, stop };
}
