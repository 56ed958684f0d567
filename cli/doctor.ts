import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { describeSettings, type SettingName, type Settings } from '../platform/config.ts';
import { messageOf } from '../platform/errors.ts';
import { isLoopback } from '../platform/loopback.ts';
import { within } from '../platform/within.ts';
import { jarFolder, mavenVersion, requireJava } from '../servers/java.ts';
import { kafkaJars } from '../servers/kafka.ts';
import { folderHolder } from '../servers/lock.ts';
import { neo4jJars } from '../servers/neo4j.ts';
import { tryPort } from '../servers/ports.ts';
import { type Facts, type Finding, inUse, judge, type PortFacts, type ServerFacts } from './diagnosis.ts';
import { lineWithoutSecrets, lookAtClickHouse, lookAtKafka, lookAtNeo4j } from './probeServers.ts';
import { viewFacts } from './probeViews.ts';
import { withServers } from './serverAddresses.ts';

/** Looks at the machine, the servers and the views, and says what to do. Ends the process: 1 when there is a problem. */
export async function doctor(settings: Settings): Promise<void> {
  const findings = judge(await examine(settings));
  for (const finding of findings) console.log(lineOf(finding));
  const problems = findings.filter(({ level }) => level === 'problem').length;
  console.log(`\n${problems === 0 ? 'No problem was found.' : `Problems: ${problems}. Mend the first one first.`}`);
  process.exit(problems === 0 ? 0 : 1); // what was given up may still hold a connection
}

function lineOf({ level, text }: Finding): string {
  const colour = ({ ok: 'green', warning: 'yellow', problem: 'red' } as const)[level];
  return `${styleText(colour, level.padEnd(8))} ${text}`;
}

/** Finds out everything that can be known. @param patienceMs how long one server, or one program, may take to answer */
export async function examine(configured: Settings, patienceMs = 6_000): Promise<Facts> {
  const settings = withServers(configured);
  const holder = await within(patienceMs, folderHolder(settings.TRIBUTARY_DATA)).catch(() => undefined);
  const server = (name: ServerFacts['name'], setting: SettingName, look: () => Promise<string[]>) =>
    serverFacts({ name, setting, local: !configured[setting] }, settings, within(patienceMs, look()));
  const local = [
    ...(configured.KAFKA_BROKERS
      ? []
      : [
          portFacts(settings, 'KAFKA_PORT', 'Kafka'),
          portFacts(settings, 'KAFKA_CONTROLLER_PORT', "Kafka's controller"),
        ]),
    ...(configured.NEO4J_URI ? [] : [portFacts(settings, 'NEO4J_PORT', 'Neo4j')]),
    ...(configured.CLICKHOUSE_URL ? [] : [portFacts(settings, 'CLICKHOUSE_PORT', 'ClickHouse')]),
  ];
  const jars = [kafkaJars, neo4jJars].map((set) => ({
    name: set.name,
    cached: existsSync(jarFolder(set, settings.TRIBUTARY_CACHE)),
  }));
  const [ports, servers, gateway, javaTrouble, maven] = await Promise.all([
    Promise.all(local),
    Promise.all([
      server('Kafka', 'KAFKA_BROKERS', () => lookAtKafka(settings)),
      server('Neo4j', 'NEO4J_URI', () => lookAtNeo4j(settings)),
      server('ClickHouse', 'CLICKHOUSE_URL', () => lookAtClickHouse(settings)),
    ]),
    gatewayFacts(settings, patienceMs),
    within(patienceMs, requireJava()).then(() => undefined, messageOf),
    jars.every(({ cached }) => cached) ? undefined : within(patienceMs, mavenVersion()).catch(() => undefined),
  ]);
  const [kafka, neo4j] = servers;
  const canTell = kafka.failure === undefined && inUse(kafka, { holder });
  return {
    node: process.versions.node,
    javaTrouble,
    maven,
    memory: process.availableMemory(),
    jars,
    holder,
    ports,
    servers,
    gateway,
    views: canTell ? await viewFacts(settings, neo4j.failure === undefined, patienceMs) : [],
    logs: join(settings.TRIBUTARY_DATA, 'logs'),
  };
}

async function serverFacts(
  server: Pick<ServerFacts, 'name' | 'setting' | 'local'>,
  settings: Settings,
  missing: Promise<string[]>,
): Promise<ServerFacts> {
  const address = describeSettings(settings).find(({ name }) => name === server.setting)!.value;
  return missing.then(
    (things) => ({ ...server, address, failure: undefined, missing: things }),
    (error) => ({ ...server, address, failure: lineWithoutSecrets(settings, messageOf(error)), missing: [] }),
  );
}

async function portFacts(settings: Settings, variable: SettingName, purpose: string): Promise<PortFacts> {
  const port = Number(settings[variable]);
  return { port, purpose, variable, free: port === 0 || (await tryPort(port)) !== undefined };
}

async function gatewayFacts(settings: Settings, patienceMs: number): Promise<Facts['gateway']> {
  const host = isLoopback(settings.HOST) ? settings.HOST : '127.0.0.1';
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${settings.PORT}`;
  const answers = await fetch(`${url}/graphql?query=%7B__typename%7D`, { signal: AbortSignal.timeout(patienceMs) })
    .then((response) => response.json())
    .then(
      // With identity, it answers that it wants to know who asks.
      (answer) => /^\{"data":\{"__typename":"Query"\}|"UNAUTHENTICATED"/.test(JSON.stringify(answer)),
      () => false,
    );
  return { url, answers, port: await portFacts(settings, 'PORT', 'gateway') };
}
