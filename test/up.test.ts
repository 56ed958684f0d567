import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { freePort } from '../servers/ports.ts';
import { client } from './client.ts';
import { command, type Run } from './command.ts';
import { EventStreamServer } from './eventStreamServer.ts';
import { wikiEvent } from './wikiEvents.ts';

// `tributary up` as people start it, on free ports with a data folder of its own.
let folder: string;
let environment: NodeJS.ProcessEnv;
const { PATH, HOME, JAVA_HOME, JAVA_TOOL_OPTIONS, TRIBUTARY_CACHE } = process.env;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-up-'));
  environment = {
    HOME,
    PATH,
    JAVA_TOOL_OPTIONS,
    ...(JAVA_HOME ? { JAVA_HOME } : {}),
    ...(TRIBUTARY_CACHE ? { TRIBUTARY_CACHE } : {}),
    TRIBUTARY_DATA: join(folder, 'data'),
    PORT: String(await freePort()),
    KAFKA_PORT: '0',
    KAFKA_CONTROLLER_PORT: '0',
    NEO4J_PORT: '0',
    CLICKHOUSE_PORT: '0',
    WIKI_STREAM_URL: `http://127.0.0.1:${await freePort()}/stream`, // nobody is there
  };
});
afterEach(() => {
  // Only after a failure is there any left, which the next test would stumble over.
  for (const pid of processesOf(folder)) process.kill(pid, 'SIGKILL');
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Menus {
  menuItems: { totalCount: number };
  company: { brandMentions: number };
}

test('starts, loads the demo once, says so when it runs already, and stops without a trace', async () => {
  const first = up();
  await first.says('is up after');
  const ask = client(`http://127.0.0.1:${environment.PORT}`);
  const demo = { people: { totalCount: 40, edges: [{ node: { name: 'Ada Lindqvist' } }] } };
  const question = '{ people(first: 1) { totalCount edges { node { name } } } }';
  expect(await ask.query(question)).toEqual(demo);
  const explorer = await fetch(`http://127.0.0.1:${environment.PORT}/`);
  expect([explorer.status, await explorer.text()]).toEqual([200, expect.stringContaining('<title>Tributary')]);

  expect(first.output()).toMatch(
    /^ {2}Edits {7}generated, because http:\/\/127\.0\.0\.1:\d+\/stream cannot be reached \(connect ECONNREFUSED .*\)$/m,
  );
  // Hours of them, by night half as many as by day, and more as time goes on.
  const edits = () => ask.query<{ wikiEdits: { totalCount: number } }>('{ wikiEdits { totalCount } }');
  let { totalCount: hours } = (await edits()).wikiEdits;
  for (; hours < 20_000; hours = (await edits()).wikiEdits.totalCount) await delay(50);
  await until(async () => (await edits()).wikiEdits.totalCount > hours);

  // A building with a day of readings, and more as time goes on.
  const readings = async () =>
    (await ask.query<{ readings: { totalCount: number } }>('{ readings { totalCount } }')).readings.totalCount;
  await until(async () => (await readings()) > 10_000);
  const day = await readings();
  await until(async () => (await readings()) > day);
  expect(await ask.query('{ spaces { totalCount } space(id: "lobby") { company { name } } }')).toEqual({
    spaces: { totalCount: 9 },
    space: { company: { name: 'Copper Kettle Brewing' } },
  });

  // And the air of its city, which a worker fetches.
  const air = '{ space(id: "lobby") { airQuality { station { city } } } feeds { id state } }';
  const feeds = (state: string) =>
    ['bangkok', 'bergen', 'lisbon', 'vienna'].map((city) => ({ id: `demo-${city}`, state }));
  const nearest = { airQuality: { station: { city: 'Bergen' } } };
  await until(async () => isDeepStrictEqual(await ask.query(air), { space: nearest, feeds: feeds('WAITING') }));

  // And menus, in which names of brands are found, one of them that of Polar Foods.
  const menus = '{ menuItems(unmatched: false) { totalCount } company(id: 2006) { brandMentions } }';
  await until(async () => {
    const { menuItems, company } = await ask.query<Menus>(menus);
    return menuItems.totalCount > 100 && company.brandMentions > 5;
  });

  const second = up();
  expect(await second.exitCode).toBe(1);
  expect(second.output()).toMatch(/Tributary already runs on .* \(process \d+\)/);

  first.process.kill('SIGTERM');
  expect(await first.exitCode).toBe(0);
  expect(processesOf(folder)).toEqual([]);

  await using stream = await new EventStreamServer().open();
  const again = up({ WIKI_STREAM_URL: stream.url }, '--no-demo');
  await again.says('is up after');
  expect(again.output()).not.toContain('Edits');
  expect(await ask.query(question)).toEqual(demo);
  expect(again.output()).not.toContain('Loading the demo');
  await until(async () => isDeepStrictEqual(await ask.query(air), { space: nearest, feeds: feeds('STOPPED') }));

  // A role that dies comes back.
  const [gateway] = processesOf('main.js gateway', folder);
  process.kill(gateway!, 'SIGKILL');
  await again.says('gateway is back');
  expect(await ask.query(question)).toEqual(demo);

  again.process.kill('SIGKILL');
  await until(() => processesOf(folder).length === 0);
  expect(stream.requests).toEqual([]);
}, 300_000); // nobody may pass a sensor for two minutes

test('reads the live stream where it can be reached, and stays up when the source does not', async () => {
  await using stream = await new EventStreamServer().open();
  const live = up({ WIKI_STREAM_URL: stream.url });
  await live.says('is up after');
  expect(live.output()).toContain(`  Edits       live from ${stream.url}\n`);
  const ask = client(`http://127.0.0.1:${environment.PORT}`);
  const comes = (id: string) =>
    until(
      async () => (await ask.query<{ wikiEdit: object | null }>(`{ wikiEdit(id: "${id}") { id } }`)).wikiEdit !== null,
    );
  stream.append([JSON.stringify(wikiEvent('live-1', new Date()))]);
  await comes('live-1');

  // Killed, it goes on after what it has published; when the stream is gone for good, it says so and stays away.
  process.kill(processesOf('main.js source wiki', folder)[0]!, 'SIGKILL');
  await live.says('source wiki is back');
  stream.append([JSON.stringify(wikiEvent('live-2', new Date()))]);
  await comes('live-2');
  // So it does after a loss of Kafka, which leaves nobody knowing what it had taken.
  const edited = Array.from({ length: 400 }, (_, at) => wikiEvent(`lost-${at}`, new Date()));
  stream.rate = 400;
  stream.append(edited.map((event) => JSON.stringify(event)));
  await comes('lost-20');
  process.kill(processesOf('kafka.Kafka', folder)[0]!, 'SIGKILL');
  await comes('lost-399');
  expect(await logged(live, 'lost-')).toEqual(edited.map((event) => JSON.stringify(event)).sort());
  stream.faults = [{ status: 410 }];
  stream.cut();
  await live.says('source wiki ended (exit code 1). Its log, ');
  expect(await ask.query<object>('{ wikiEdit(id: "live-1") { id } }')).toEqual({ wikiEdit: { id: 'live-1' } });
  live.process.kill('SIGTERM');
  expect(await live.exitCode).toBe(0);
  expect(processesOf(folder)).toEqual([]);
});

test('fetches the air of a few cities, and goes on after kill -9 with a series that is whole', async () => {
  const own = { TRIBUTARY_DATA: join(folder, 'air') };
  const first = up(own);
  await first.says('is up after');
  const ask = client(`http://127.0.0.1:${environment.PORT}`);
  const begun = new Date();
  // What a worker has fetched, and not what was invented of the day before.
  const fetched = async () => {
    const page = 'runs { edges { node { id started outcome } } }';
    const { feeds } = await ask.query<{ feeds: { id: string; runs: { edges: { node: FeedRun }[] } }[] }>(
      `{ feeds { id ${page} } }`,
    );
    return feeds.map(({ id, runs }) => {
      return { id, runs: runs.edges.map(({ node }) => node).filter((run) => !run.id.startsWith('past-')) };
    });
  };
  const told = async () => {
    const points: string[] = [];
    const until = new Date().toISOString();
    for await (const { airReadings } of ask.subscribe<{ airReadings: { reading: object } }>(
      `subscription { airReadings(since: "2026-01-01T00:00:00Z", until: "${until}") { reading { time aqiUs station { id } } } }`,
    ))
      points.push(JSON.stringify(airReadings.reading));
    return points;
  };
  await until(async () => (await fetched()).filter(({ runs }) => runs.length > 0).length === 4);
  const [runsBefore, pointsBefore] = [await fetched(), await told()];
  first.process.kill('SIGKILL');
  await until(() => processesOf(folder).length === 0);

  const again = up(own);
  await again.says('is up after');
  await until(async () => (await fetched()).every(({ runs }, at) => runs.length > runsBefore[at]!.runs.length));
  const points = await told();
  expect(points.slice(0, pointsBefore.length)).toEqual(pointsBefore);
  expect(new Set(points).size).toBe(points.length);
  for (const [at, { id, runs }] of (await fetched()).entries()) {
    expect(runs).toEqual(expect.arrayContaining(runsBefore[at]!.runs));
    expect(points.filter((point) => point.toLowerCase().includes(id.slice('demo-'.length)))).toHaveLength(
      24 * 4 + runs.filter(({ outcome }) => outcome === 'STORED').length,
    );
  }
  const [from, to] = [new Date(begun.getTime() - 86_400_000 + 15 * 60_000), new Date()].map((time) =>
    time.toISOString(),
  );
  const { stations } = await ask.query<{ stations: { edges: { node: { series: { samples: number }[] } }[] } }>(
    `{ stations { edges { node { series(from: "${from}", to: "${to}", every: "PT15M", fill: NULL) { samples } } } } }`,
  );
  for (const { node } of stations.edges)
    for (const { samples } of node.series.slice(0, -1)) expect(samples).toBeGreaterThan(0);
  again.process.kill('SIGTERM');
  expect(await again.exitCode).toBe(0);
  expect(processesOf(folder)).toEqual([]);
});

interface FeedRun {
  id: string;
  started: string;
  outcome: string;
}

test('stops at once while it is still starting, without a trace', async () => {
  for (const moment of ['Starting the servers: 0', 'Starting ingest and gateway: 0', 'Loading the demo']) {
    const started = up({ TRIBUTARY_DATA: join(folder, 'stopped early') });
    await started.says(moment);
    started.process.kill('SIGTERM');
    expect(await started.exitCode).toBe(0);
    expect(started.output()).not.toContain('is up after');
    expect(processesOf(folder)).toEqual([]);
  }
});

test('says which port is busy and what changes it', async () => {
  const stranger = createServer().listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  const { port } = stranger.address() as { port: number };
  for (const variable of ['PORT', 'KAFKA_PORT', 'NEO4J_PORT', 'CLICKHOUSE_PORT']) {
    const refused = up({ [variable]: String(port) });
    expect(await refused.exitCode).toBe(1);
    expect(refused.output()).toMatch(
      new RegExp(`Port ${port} \\(.+\\) is in use by another program.*set ${variable} to another port`),
    );
  }
  stranger.close();
  expect(processesOf(folder)).toEqual([]);
});

test('says in a sentence that Java or Maven is missing, and names the containers instead', async () => {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const withoutJava = up({ PATH: bin, JAVA_HOME: '' });
  expect(await withoutJava.exitCode).toBe(1);
  expect(withoutJava.output()).toMatch(/^Java is missing, .*docker compose up/m);

  for (const tool of ['java', 'sh'])
    await symlink(execFileSync('which', [tool], { encoding: 'utf8' }).trim(), join(bin, tool));
  const withoutMaven = up({ PATH: bin, JAVA_HOME: '', TRIBUTARY_CACHE: join(folder, 'empty') });
  expect(await withoutMaven.exitCode).toBe(1);
  expect(withoutMaven.output()).toMatch(/^Maven is missing, .*docker compose up/m);
});

test('refuses a wrong configuration with every variable that is wrong', async () => {
  const refused = up({ PORT: 'many', CLICKHOUSE_URL: 'ftp://user:hunter2@host', NEO4J_PASSWORD: 'hunter2' });
  expect(await refused.exitCode).toBe(1);
  expect(refused.output()).toMatch(/PORT must be integer, not "many".*CLICKHOUSE_URL must be an address/s);
  expect(refused.output()).not.toContain('hunter2');
});

/** What the log has of the edits whose text holds this, as often as it has it. */
async function logged({ output }: Run, text: string): Promise<string[]> {
  const [, url] = /ClickHouse {2}(\S+)/.exec(output())!;
  const query = `SELECT value FROM tributary.log FINAL WHERE topic = 'wiki.edits' AND position(value, '${text}') > 0
                 ORDER BY value FORMAT TSVRaw`;
  for (;;) {
    const rows = (await (await fetch(url!, { method: 'POST', body: query })).text()).trimEnd().split('\n');
    if (rows.some((row) => row.includes('lost-399'))) return rows.sort();
    await delay(50);
  }
}

/** `tributary up`, with these variables instead of those of the whole file. */
const up = (overrides: NodeJS.ProcessEnv = {}, ...args: string[]) =>
  command(['up', ...args], { ...environment, ...overrides });

/** Processes whose command lines hold all of these texts, or whose environment does. */
function processesOf(...texts: string[]): number[] {
  const lines = execFileSync('ps', ['axeww', '-o', 'pid=,args='], { encoding: 'utf8', maxBuffer: 1 << 26 }).split('\n');
  return lines
    .filter((line) => texts.every((text) => line.includes(text)) && !line.includes('ps axeww'))
    .map((line) => Number.parseInt(line, 10))
    .filter((pid) => pid !== process.pid);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(100);
}
