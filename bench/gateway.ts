import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { execute, parse } from 'graphql';
import { bodyOf, hostileQueries } from '../test/hostileQueries.ts';
import { median, quantile, row } from './figures.ts';
import { inMemoryGateway, oneSchema, oneServer, operations } from './inMemory.ts';

const url = 'http://127.0.0.1/graphql';
const rounds = 7;
/** How much CPU a round may take, in microseconds: enough that its clock is exact. */
const roundMicroseconds = 300_000;
const warmUp = 500;
/** Requests at once over HTTP, and how many in all. */
const [callers, overHttp] = [16, 4_000];

/** What the gateway costs beside one schema that answers the same, with nothing behind either. */
export async function run(): Promise<void> {
  await inProcess();
  await refusals();
  await http();
}

async function inProcess(): Promise<void> {
  const gateway = await inMemoryGateway();
  const schema = oneSchema(await gateway.getSchema());
  const yoga = oneServer(schema);
  for (const [name, query] of Object.entries(operations)) {
    const document = parse(query);
    const ask = (server: { fetch: typeof yoga.fetch }) => async () => (await server.fetch(url, request(query))).text();
    const contenders = {
      'graphql-js alone, parsed once': async () => JSON.stringify(await execute({ schema, document })),
      'one schema, served by graphql-yoga': ask(yoga),
      gateway: ask(gateway as never),
    };
    const answers = await Promise.all(
      Object.values(contenders).map(async (one) => JSON.stringify(JSON.parse(await one()))),
    );
    if (new Set(answers).size > 1) throw new Error(`The answers differ: ${answers.join('\n')}`);
    const costs = await compare(contenders);
    console.log(`\nIn this process, ${name}, ${answers[0]!.length} bytes, µs of CPU a request, median of ${rounds}`);
    for (const [contender, cost] of Object.entries(costs)) row(contender, cost);
    row('ratio to one schema', costs.gateway / costs['one schema, served by graphql-yoga']);
  }
  await gateway[Symbol.asyncDispose]();
}

/** What it costs to say no to what is made to cost much, beside saying yes to a small query. */
async function refusals(): Promise<void> {
  const gateway = await inMemoryGateway();
  const ask = async (body: string) => (await gateway.fetch(url, { ...request(''), body })).text();
  const samples = hostileQueries.map((hostile) => ({
    what: hostile.what,
    body: bodyOf(hostile),
    spent: [] as number[],
  }));
  // Each is seen for the first time: what is known of a text is remembered.
  for (let round = 0; round < rounds; round++)
    for (const { body, spent } of samples) {
      const fresh = body.replace('{"query":"', `{"query":"#${round}\\n`);
      const begun = process.cpuUsage();
      await ask(fresh);
      const { user, system } = process.cpuUsage(begun);
      spent.push((user + system) / 1_000);
    }
  console.log(
    `\nRefusing ${samples.length} hostile queries, each text new, ms of CPU (aim 20), median and most of ${rounds}`,
  );
  for (const { what, spent } of samples) row(what, median(spent), Math.max(...spent));
  await gateway[Symbol.asyncDispose]();
}

/** In turns, so that what else the machine does meets all alike. */
async function compare<Name extends string>(
  contenders: Record<Name, () => Promise<unknown>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(contenders) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (const name of names) for (let n = 0; n < warmUp; n++) await contenders[name]();
  for (let round = 0; round < rounds; round++)
    for (const name of names) {
      const begun = process.cpuUsage();
      let spent = 0;
      let count = 0;
      while (spent < roundMicroseconds) {
        for (let n = 0; n < 50; n++) await contenders[name]();
        count += 50;
        const { user, system } = process.cpuUsage(begun);
        spent = user + system;
      }
      samples[name].push(spent / count);
    }
  return Object.fromEntries(names.map((name) => [name, median(samples[name])])) as Record<Name, number>;
}

async function http(): Promise<void> {
  const servers = { 'one schema': await serve('one'), gateway: await serve('gateway') };
  for (const [name, query] of Object.entries(operations)) {
    console.log(`\nOver HTTP, ${name}, ${callers} callers, ${overHttp} requests`);
    const costs: number[] = [];
    for (const [server, { url, process: child }] of Object.entries(servers)) {
      const { cpu, perSecond, latencies } = await load(`${url}/graphql`, query, () => cpuOf(child));
      costs.push(cpu);
      row(`${server}: µs of CPU a request`, cpu);
      row(`${server}: requests/s, ms p50, p99`, perSecond, quantile(latencies, 0.5), quantile(latencies, 0.99));
    }
    row('ratio of CPU', costs[1]! / costs[0]!);
  }
  for (const { process: child } of Object.values(servers)) child.kill();
}

async function load(url: string, query: string, cpu: () => Promise<number>) {
  const latencies: number[] = [];
  const spend = async (count: number) => {
    let left = count;
    const caller = async () => {
      while (left-- > 0) {
        const begun = performance.now();
        await (await fetch(url, request(query))).text();
        latencies.push(performance.now() - begun);
      }
    };
    await Promise.all(Array.from({ length: callers }, caller));
  };
  await spend(warmUp);
  latencies.length = 0;
  const [before, begun] = [await cpu(), performance.now()];
  await spend(overHttp);
  const seconds = (performance.now() - begun) / 1_000;
  return { cpu: ((await cpu()) - before) / overHttp, perSecond: overHttp / seconds, latencies };
}

async function serve(what: 'gateway' | 'one'): Promise<{ process: ChildProcess; url: string }> {
  const child = fork(join(import.meta.dirname, 'gatewayServer.js'), [what]);
  const [url] = (await once(child, 'message')) as [string];
  return { process: child, url };
}

async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [spent] = (await once(child, 'message')) as [number];
  return spent;
}

function request(query: string) {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query }),
  };
}
