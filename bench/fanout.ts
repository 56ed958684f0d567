import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '../platform/config.ts';
import type { Apart } from './apart.ts';
import { row } from './figures.ts';

/** Events told to so many clients; each figure is of about as many messages. */
const sizes = [
  { clients: 1_000, events: 400 },
  { clients: 10_000, events: 60 },
];
/** The next ones are sent when all clients have these. */
const burst = 10;
const clientProcesses = 2;
/** Clients that are there before memory is counted. */
const first = 40;

/** What a serving process says about itself: CPU in microseconds since it began, memory in bytes. */
export interface Usage {
  cpu: number;
  memory: number;
}

/**
 * Live events of about 1 KB through the real gateway to many graphql-ws clients, against a bare `ws` broadcast of the
 * same bytes to the same clients.
 */
export async function fanout({ settings: given, publisher }: Apart): Promise<void> {
  const settings = { ...given, PORT: 0 };
  const publish = (first: number, count: number) =>
    publisher.publish(
      'wiki.edits',
      // One key, so that the last one is the last to come.
      Array.from({ length: count }, (_, at) => ({ key: 'fanout', value: JSON.stringify(edit(first + at)) })),
    );
  for (const { clients, events } of sizes) {
    const gateway = await serve('gateway', settings);
    const ours = await measure(gateway, clients, events, publish);
    await stop(gateway.process);
    const bare = await serve('bare', settings);
    const text = ours.sample;
    const broadcast = async (first: number, count: number) => void bare.process.send({ first, count, text });
    const reference = await measure(bare, clients, events, broadcast);
    await stop(bare.process);
    console.log(`\nFan-out to ${clients} clients, ${events} events of ${Buffer.byteLength(text)} bytes`);
    for (const [name, { cpu, rate, memory }] of [
      ['bare ws broadcast', reference],
      ['gateway, graphql-ws', ours],
    ] as const) {
      row(`${name}, µs of CPU a message`, cpu);
      row(`${name}, messages/s`, rate);
      row(`${name}, KB of memory a client`, memory / 1024);
    }
    row('ratio of CPU (aim at most 2)', ours.cpu / reference.cpu);
  }
}

interface Server {
  process: ChildProcess;
  url: string;
}

async function serve(what: 'gateway' | 'bare', settings: Settings): Promise<Server> {
  const child = fork(join(import.meta.dirname, 'fanoutServer.js'), [what], {
    execArgv: ['--expose-gc', '--disable-warning=TimeoutNegativeWarning'],
  });
  child.send(settings);
  const [url] = (await once(child, 'message')) as [string];
  return { process: child, url };
}

async function measure(
  { process: server, url }: Server,
  clients: number,
  events: number,
  send: (first: number, count: number) => Promise<unknown>,
) {
  const children = await Promise.all(
    Array.from({ length: clientProcesses }, async () => {
      const child = fork(join(import.meta.dirname, 'fanoutClients.js'), [url]);
      await once(child, 'message');
      return child;
    }),
  );
  const tell = (message: object) => Promise.all(children.map((child) => ask<string>(child, message)));
  let next = 0;
  const round = async (count: number) => {
    for (const end = next + count; next < end; ) {
      const size = Math.min(burst, end - next);
      const received = tell({ event: next + size - 1 });
      await send(next, size);
      next += size;
      await received;
    }
  };
  const connect = async (count: number) => {
    await tell({ connect: count / clientProcesses });
    // Some may not be subscribed yet, and begin with a later event.
    const live = tell({ event: next });
    for (let waiting = true; waiting; ) {
      await send(next++, 1);
      waiting = await Promise.race([live.then(() => false), delay(500, true)]);
    }
  };
  await connect(first);
  await round(300); // makes the server warm
  const empty = await ask<Usage>(server, 'usage');
  await connect(clients - first);
  const full = await ask<Usage>(server, 'usage');
  await round(burst * 2);
  const before = await ask<Usage>(server, 'usage');
  const started = performance.now();
  await round(events);
  const seconds = (performance.now() - started) / 1000;
  const after = await ask<Usage>(server, 'usage');
  const [sample = ''] = await tell({ sample: true });
  await Promise.all(children.map(stop));
  const messages = events * clients;
  return {
    cpu: (after.cpu - before.cpu) / messages,
    rate: messages / seconds,
    memory: (full.memory - empty.memory) / (clients - first),
    sample,
  };
}

async function ask<T>(child: ChildProcess, message: object | string): Promise<T> {
  const answer = once(child, 'message');
  child.send(message);
  return ((await answer) as [T])[0];
}

async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

function edit(number: number): object {
  return {
    meta: { id: `fanout-${number}`, dt: new Date().toISOString() },
    type: 'edit',
    namespace: 0,
    title: 'Harbor seal',
    comment: 'A comment. '.repeat(55),
    timestamp: Math.floor(Date.now() / 1000),
    user: 'Ada',
    bot: false,
    minor: false,
    wiki: 'enwiki',
    length: { old: 100, new: 110 },
    revision: { old: 1, new: 2 },
  };
}
