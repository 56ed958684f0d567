import { createServer, type Socket } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { readSettings } from '../platform/config.ts';
import { type Facts, judge, type PortFacts, type ServerFacts, type ViewFacts } from './diagnosis.ts';
import { examine } from './doctor.ts';

const port = (number: number, purpose: string, variable: PortFacts['variable'], free = true): PortFacts => ({
  ...{ port: number, purpose, variable, free },
});
const gatewayPort = port(4000, 'gateway', 'PORT');

const server = (name: ServerFacts['name'], facts: Partial<ServerFacts> = {}): ServerFacts => ({
  name,
  setting: ({ Kafka: 'KAFKA_BROKERS', Neo4j: 'NEO4J_URI', ClickHouse: 'CLICKHOUSE_URL' } as const)[name],
  address: name.toLowerCase(),
  local: true,
  failure: undefined,
  missing: [],
  ...facts,
});
const view = (facts: Partial<ViewFacts> = {}): ViewFacts => ({
  ...{ name: 'people', group: 'tributary.people', readers: 1, lag: 0, moved: false, lost: 0, beyond: 0 },
  ...facts,
});

/** `npm start` runs and all is well. */
const running: Facts = {
  node: '24.1.0',
  javaTrouble: undefined,
  maven: '3.9.9',
  memory: 8 * 1024 ** 3,
  jars: [
    { name: 'Kafka', cached: true },
    { name: 'Neo4j', cached: true },
  ],
  holder: 77,
  ports: [port(9092, 'Kafka', 'KAFKA_PORT', false), port(7687, 'Neo4j', 'NEO4J_PORT', false)],
  servers: [server('Kafka'), server('Neo4j'), server('ClickHouse')],
  gateway: { url: 'http://127.0.0.1:4000', answers: true, port: { ...gatewayPort, free: false } },
  views: [view({ name: 'log', group: 'tributary.log' }), view()],
  logs: '/data/logs',
};

/** The same machine before anything was started. */
const idle: Facts = {
  ...running,
  holder: undefined,
  ports: running.ports.map((one) => ({ ...one, free: true })),
  servers: running.servers.map((one) => ({ ...one, failure: 'connect ECONNREFUSED' })),
  gateway: { ...running.gateway, answers: false, port: gatewayPort },
  views: [],
};

/** Servers of others, by their addresses. */
const elsewhere: Facts = {
  ...idle,
  javaTrouble: 'Java is missing.',
  maven: undefined,
  jars: running.jars.map((set) => ({ ...set, cached: false })),
  ports: [],
  servers: running.servers.map((one) => ({ ...one, local: false })),
  views: running.views,
};

const lines = (facts: Facts) => judge(facts).map(({ level, text }) => `${level}: ${text}`);
const problems = (facts: Facts) => lines(facts).filter((line) => line.startsWith('problem'));

test('a running installation has no problem', () => {
  expect(lines(running).every((line) => line.startsWith('ok'))).toBe(true);
  expect(lines(running)).toContain('ok: The view people is up to date.');
});

test('a machine on which nothing runs yet is told how to start, and has no problem', () => {
  expect(lines(idle)).toMatchInlineSnapshot(`
    [
      "ok: Node 24.1.0",
      "ok: Java is there and new enough.",
      "ok: The jars of Kafka and Neo4j are cached.",
      "ok: 8.0 GB of memory can be had; about 2 are needed.",
      "ok: Ports 9092, 7687 and 4000: free.",
      "warning: Nothing runs yet (Kafka, Neo4j and ClickHouse): \`npm start\` starts everything.",
    ]
  `);
});

test.each<[string, Facts, string]>([
  ['no Java', { ...idle, javaTrouble: 'Java is missing.' }, 'Java is missing.'],
  ['no Maven and no jars', { ...elsewhere, ...idle, maven: undefined, jars: elsewhere.jars }, 'install Maven'],
  ['an old Node', { ...idle, node: '20.18.3' }, 'too old'],
  ["a stranger's port", { ...idle, ports: [port(9092, 'Kafka', 'KAFKA_PORT', false)] }, 'set KAFKA_PORT'],
  [
    "a stranger at the gateway's port",
    { ...idle, gateway: { ...idle.gateway, port: { ...gatewayPort, free: false } } },
    'set PORT',
  ],
  [
    'one server down under npm start',
    {
      ...running,
      servers: [server('Kafka'), server('Neo4j', { failure: 'connect ECONNREFUSED' }), server('ClickHouse')],
    },
    'Neo4j does not answer at neo4j although Tributary runs (process 77)',
  ],
  [
    'one server down elsewhere',
    { ...elsewhere, servers: [server('ClickHouse', { local: false, failure: 'no answer' })] },
    'correct CLICKHOUSE_URL',
  ],
  [
    'what ingest makes is not there',
    { ...elsewhere, servers: [server('Kafka', { local: false, missing: ['topic a', 'topic b'] })] },
    'lacks topic a and topic b, which ingest makes. Start ingest',
  ],
  ['nobody reads under npm start', { ...running, views: [view({ readers: 0 })] }, 'its log is /data/logs/ingest.log'],
  ['nobody reads elsewhere', { ...elsewhere, views: [view({ readers: 0, lag: 3 })] }, '3 messages wait. Start ingest'],
  ['a view stands still', { ...running, views: [view({ lag: 1200 })] }, '1,200 messages behind and stands still'],
  [
    'an older copy of the graph',
    { ...running, views: [view({ lost: 5 })] },
    'delete the consumer group tributary.people',
  ],
  ['a topic made anew', { ...running, views: [view({ beyond: 1 })] }, '1 message beyond the end'],
  [
    'a view that cannot be read',
    { ...running, views: [view({ failure: 'no answer' })] },
    'cannot be judged: no answer',
  ],
])('one problem, with what to do: %s', (_, facts, expected) => {
  expect(problems(facts)).toEqual([expect.stringContaining(expected)]);
});

test('servers of others need neither Java, Maven, memory nor ports here', () => {
  expect(problems({ ...elsewhere, memory: 1 })).toEqual([]);
});

test('little memory, a view that catches up and a gateway that is elsewhere are no problems', () => {
  expect(problems({ ...idle, memory: 1024 ** 3 })).toEqual([]);
  expect(lines({ ...running, views: [view({ lag: 9, moved: true })] })).toContain(
    'ok: The view people is 9 messages behind and catching up.',
  );
  expect(lines(elsewhere)).toContainEqual(expect.stringMatching(/^warning: No gateway answers/));
});

const sockets = new Set<Socket>();
const silent = createServer((socket) => sockets.add(socket));
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  silent.close();
});

test('servers that take a connection and never answer are given up, and no secret is told', async () => {
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(silent.address() as { port: number }).port}`;
  const settings = readSettings({
    KAFKA_BROKERS: address,
    KAFKA_USER: 'someone',
    KAFKA_PASSWORD: 'hush-kafka',
    NEO4J_URI: `bolt://${address}`,
    NEO4J_USER: 'neo4j',
    NEO4J_PASSWORD: 'hush-neo4j',
    CLICKHOUSE_URL: `http://someone:hush-clickhouse@${address}`,
    TRIBUTARY_DATA: '/nowhere/tributary',
    PORT: '0',
  });
  const started = performance.now();
  const told = lines(await examine(settings, 700)).join('\n');
  expect(performance.now() - started).toBeLessThan(4_000);
  for (const name of ['Kafka', 'Neo4j', 'ClickHouse']) expect(told).toContain(`problem: ${name} does not answer`);
  expect(told).not.toContain('hush');
});

test('a refused connection is told as what it is', async () => {
  const refused = '127.0.0.1:1';
  const settings = readSettings({
    KAFKA_BROKERS: refused,
    NEO4J_URI: `bolt://${refused}`,
    CLICKHOUSE_URL: `http://${refused}`,
    TRIBUTARY_DATA: '/nowhere/tributary',
    PORT: '0',
  });
  const told = lines(await examine(settings));
  for (const name of ['Kafka', 'Neo4j', 'ClickHouse'])
    expect(told).toContainEqual(
      expect.stringMatching(`${name} does not answer at .*: connect ECONNREFUSED ${refused}\\. Start it`),
    );
});
