import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openKafka } from '../platform/kafka.ts';
import { createLogger } from '../platform/log.ts';
import { Publisher } from '../platform/publish.ts';
import { freePort } from '../servers/ports.ts';
import { client } from './client.ts';
import { command, environmentOf, killAll } from './command.ts';
import { HttpSubscriber } from './httpStream.ts';
import { person } from './messages.ts';
import { parseMetrics } from './metrics.ts';
import { openProxy, type Proxy as Way } from './proxy.ts';
import { wikiEvent } from './wikiEvents.ts';
import { openWorld, type World } from './world.ts';

/** How long each server is away, in milliseconds. */
const awayMs = 3_000;
/** How much more memory a role may take than before the first fault: a few batches, and what is gathered meanwhile. */
const mostBytes = 160 << 20;

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  killAll();
  await world[Symbol.asyncDispose]();
});

type Outcome = { people: string; edits: string };

test('each server away for a while under load: its fields alone fail, all goes on by itself, and nothing is lost', async () => {
  const { settings } = world;
  await using kafka = await openProxy(new URL(`kafka://${settings.KAFKA_BROKERS}`), { isBroker: true });
  await using neo4j = await openProxy(new URL(settings.NEO4J_URI));
  await using clickhouse = await openProxy(new URL(settings.CLICKHOUSE_URL));
  const reached = {
    ...settings,
    KAFKA_BROKERS: `127.0.0.1:${kafka.port}`,
    NEO4J_URI: `bolt://127.0.0.1:${neo4j.port}`,
    CLICKHOUSE_URL: `http://127.0.0.1:${clickhouse.port}`,
    TRIBUTARY_CURSOR_KEYS: 'one:0123456789abcdef0123456789abcdef',
    LOG_LEVEL: 'error' as const,
  };
  const ports = { gateway: await freePort(), ingest: await freePort(), graph: await freePort() };
  const roles = (['ingest', 'gateway'] as const).map((role) => ({
    role,
    run: command([role], environmentOf({ ...reached, PORT: ports.graph, METRICS_PORT: ports[role] })),
  }));
  for (const { role } of roles) await until(() => isReady(ports[role]));
  const url = `http://127.0.0.1:${ports.graph}`;
  const { ask, query } = client(url);
  const people = new HttpSubscriber(url, 'sse', 'subscription { graphChanged { person { id } cursor } }');
  const edits = new HttpSubscriber(url, 'sse', 'subscription { wikiEdits { edit { id } cursor } }');
  await until(async () => people.status === 200 && edits.status === 200);

  // Producers reach Kafka by a way of their own.
  const publisher = new Publisher(openKafka(settings, 'load', createLogger('load', 'silent')), settings.KAFKA_PREFIX);
  const stopped = new AbortController();
  let produced = 0;
  const producing = (async () => {
    while (!stopped.signal.aborted) {
      const next = produced + 1;
      const edit = { key: String(next), value: JSON.stringify(wikiEvent(String(next), Date.now())) };
      await publisher.publish('people.events', [
        { key: String(next), value: JSON.stringify(person(next, `P ${next}`)) },
      ]);
      await publisher.publish('wiki.edits', [edit]);
      produced = next;
      await delay(20);
    }
  })();
  producing.catch(() => {});

  let latest: Outcome[] = [];
  const asking = (async () => {
    while (!stopped.signal.aborted) {
      const outcomeOf = async (field: 'people' | 'wikiEdits') => {
        const { errors } = await ask(`{ ${field}(first: 1) { totalCount } }`);
        return errors ? errors[0]!.extensions.code : 'ok';
      };
      const [people, edits] = await Promise.all([outcomeOf('people'), outcomeOf('wikiEdits')]);
      latest.push({ people, edits });
      await delay(20);
    }
  })();
  asking.catch(() => {});

  const fine: Outcome = { people: 'ok', edits: 'ok' };
  await until(async () => produced > 20 && latest.length > 10);
  expect(latest).toEqual(latest.map(() => fine));
  const before = await Promise.all(roles.map(({ role }) => memoryOf(ports[role])));
  let most = 0;
  const faults: [Way, Outcome][] = [
    [neo4j, { ...fine, people: 'STORE_UNAVAILABLE' }],
    [clickhouse, { ...fine, edits: 'STORE_UNAVAILABLE' }],
    [kafka, fine],
  ];
  for (const [proxy, meanwhile] of faults) {
    const begun = produced;
    proxy.cut();
    await delay(300); // what was asked before
    latest = [];
    const mutation = ask<{ publishPeople: object }>(
      'mutation { publishPeople(messages: [{ type: "Person", data: { person_id: 1000001, name: "M" } }]) { accepted } }',
    );
    await delay(awayMs);
    const answers = latest.splice(0);
    expect(answers.length).toBeGreaterThan(5);
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set([JSON.stringify(meanwhile)]));
    expect(produced).toBeGreaterThan(begun);
    const taken = await Promise.all(roles.map(({ role }) => memoryOf(ports[role])));
    most = Math.max(most, ...taken.map((bytes, at) => bytes - before[at]!));
    proxy.mend();
    const { data, errors } = await mutation;
    expect(data?.publishPeople ?? errors![0]!.extensions.code).toEqual(
      proxy === kafka ? expect.anything() : { accepted: 1 },
    );
    await until(async () => latest.length > 0 && JSON.stringify(latest.at(-1)) === JSON.stringify(fine));
    for (const { role } of roles) await until(() => isReady(ports[role]));
  }
  stopped.abort();
  await Promise.all([producing, asking]);
  await publisher.close();

  const stored = async () => {
    const counts = await query<{ people: { totalCount: number }; wikiEdits: { totalCount: number } }>(
      '{ people(first: 0) { totalCount } wikiEdits(first: 0) { totalCount } }',
    );
    return counts.people.totalCount >= produced + 1 && counts.wikiEdits.totalCount >= produced;
  };
  await until(stored);
  const numbers = Array.from({ length: produced }, (_, at) => at + 1);
  const told = async () => {
    const ids = people.results.map(({ result }) =>
      Number((result.data!.graphChanged as { person: { id: string } }).person.id),
    );
    return ids.filter((id) => id <= produced).length >= produced ? ids.filter((id) => id <= produced) : undefined;
  };
  await until(async () => (await told()) !== undefined && edits.results.length >= produced);
  expect((await told())!.toSorted((a, b) => a - b)).toEqual(numbers);
  const titles = edits.results.map(({ result }) => (result.data!.wikiEdits as { edit: { id: string } }).edit.id);
  expect(new Set(titles).size).toBe(produced);
  expect(titles).toHaveLength(produced);
  expect(most).toBeLessThan(mostBytes);
  for (const { socket } of [people, edits]) socket.destroy();
  for (const { run } of roles) {
    run.process.kill('SIGTERM');
    expect(await run.exitCode).toBe(0);
  }
});

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function memoryOf(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return parseMetrics(text).value('process_resident_memory_bytes');
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(50);
}
