import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { rangeOf } from '../platform/offsets.ts';
import { freePort } from '../servers/ports.ts';
import { command, environmentOf, killAll, type Run } from './command.ts';
import { EventStreamServer, type Fault } from './eventStreamServer.ts';
import { messagesOf } from './topic.ts';
import { wikiEvent } from './wikiEvents.ts';
import { openWorld, type World } from './world.ts';

// `tributary source wiki` as people start it, and servers that do what servers of streams do.
let world: World;
let folder: string;
let stream: EventStreamServer;

beforeAll(async () => {
  world = await openWorld();
  await world.ingest();
  folder = await mkdtemp(join(tmpdir(), 'tributary-source-'));
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});
afterEach(async () => {
  killAll();
  await stream?.[Symbol.asyncDispose]();
});

const source = (...args: string[]) => sourceWith({}, ...args);
const sourceWith = (overrides: NodeJS.ProcessEnv, ...args: string[]) =>
  command(['source', 'wiki', ...args], { ...environmentOf(world.settings), ...overrides });

async function stop({ process: child, exitCode, output }: Run): Promise<void> {
  const asked = performance.now();
  child.kill('SIGTERM');
  expect([await exitCode, output()]).toEqual([0, expect.any(String)]);
  expect(performance.now() - asked).toBeLessThan(4_000);
}

const begin = '2015-01-01T00:00:00.000Z';
const at = (index: number) => new Date(Date.parse(begin) + index * 1_000);

/** Events of every shape; their text is not what JSON.stringify gives, so that one that was parsed and written anew shows. */
function eventsOf(name: string, count: number): string[] {
  const kinds = ['edit', 'new', 'log', 'categorize', 'external'];
  return Array.from({ length: count }, (_, index) => {
    const event = wikiEvent(`${name}-${index}`, at(index), {
      type: kinds[index % 5],
      comment: `Ünï 😀 ${index} „東京“`,
    });
    return ` ${JSON.stringify(event).replaceAll('":', '" : ')} `;
  });
}

/** What the topic has of a test, as `key: value`, sorted. */
async function sent(name: string): Promise<string[]> {
  const all = await messagesOf(world, 'wiki.edits');
  return all
    .map(({ key, value }) => `${key}: ${value}`)
    .filter((message) => message.includes(`${name}-`))
    .sort();
}

const keyed = (name: string, events: string[]) =>
  events.map((event) => `${new RegExp(`${name}-\\d+`).exec(event)![0]}: ${event}`).sort();

/** Waits until the topic has so many messages more than when this was called. */
async function more(): Promise<(count: number) => Promise<void>> {
  const total = async () =>
    (await rangeOf(world.kafka, `${world.settings.KAFKA_PREFIX}wiki.edits`)).end.reduce(
      (sum, offset) => sum + offset,
      0,
    );
  const before = await total();
  return async (count) => {
    while ((await total()) < before + count) await delay(20);
  };
}

/** The table's rows of a test, as they came, sorted: all of them, when there are as many as are expected. */
async function stored(name: string, count: number): Promise<string[]> {
  for (;;) {
    const result = await world.clickhouse.query({
      query: 'SELECT raw FROM wiki_edits FINAL WHERE position(raw, {name:String}) > 0 ORDER BY raw',
      query_params: { name: `${name}-` },
      format: 'JSONEachRow',
    });
    const rows = (await result.json<{ raw: string }>()).map(({ raw }) => raw);
    if (rows.length >= count) return rows;
    await delay(50);
  }
}

describe('a stream', () => {
  test('that drops, stalls, repeats itself and is away now and then is in the log once, as it came', async () => {
    stream = await new EventStreamServer().open();
    const events = eventsOf('faults', 3_000).map((event, at) => (at % 50 ? event : event.replace(',', ',\n')));
    stream.append(events.slice(0, 100));
    const canary = JSON.stringify({ meta: { id: 'faults-9999', domain: 'canary', dt: begin }, type: 'edit' });
    stream.append([canary]);
    stream.append(['{"meta":{"id":"faults-8888"}}'], 'another');
    stream.append([JSON.stringify(wikiEvent('faults-7777', begin, { comment: 'x'.repeat(1 << 20) }))]);
    stream.append(events.slice(100));
    stream.faults = [
      { after: 1, how: 'drop' },
      { after: 30, how: 'drop', again: 1 },
      { after: 0, how: 'drop' },
      { status: 503, headers: { 'retry-after': '1' } },
      { after: 250, how: 'stall', again: 20 },
      { status: 429, headers: { 'retry-after': new Date(Date.now() + 1_000).toUTCString() } },
      { after: 700, how: 'end', again: 300 },
      { status: 502 },
      { after: 900, how: 'drop', again: 1_000 },
    ];
    const faults = stream.faults.length;
    const arrived = await more();
    const moved = stream.url.replace('/v2/stream/recentchange', '/moved');
    const running = source('--url', moved, '--since', begin, '--stall', '1', '--verbose');
    await arrived(3_000);
    const table = await stored('faults', 3_000);
    stream.append(eventsOf('faults-end', 1)); // whatever would come twice has come before it
    await arrived(3_001);
    await stop(running);
    expect(await sent('faults')).toEqual(
      [...keyed('faults', events), ...keyed('faults-end', eventsOf('faults-end', 1))].sort(),
    );
    expect(table).toEqual(events.toSorted());
    expect(stream.faults).toEqual([]);
    expect(running.output()).toMatch(/nothing came for 1 s/);
    expect(running.output()).toMatch(/An event of \d{7} bytes is larger than Kafka takes, and left out: faults-7777/);
    expect(running.output()).toMatch(/answers 503 Service Unavailable; connecting anew in [1-9]/);
    expect(running.output().match(/connecting anew/g)).toHaveLength(faults);
    expect(stream.requests[0]).toMatchObject({
      since: begin,
      headers: { accept: 'text/event-stream', 'user-agent': expect.stringMatching(/^Tributary\/\d/) },
    });
  });

  test('is whole and once in the log however often the source is killed', async () => {
    stream = await new EventStreamServer().open();
    const events = eventsOf('kills', 8_000);
    stream.append(events);
    stream.rate = 4_000;
    const arrived = await more();
    let isWhole = false;
    const whole = arrived(events.length).then(() => {
      isWhole = true;
    });
    let kills = 0;
    // Without an id to go on after, the first start begins where the events begin.
    const args = ['--url', stream.url, '--since', begin, '--verbose'];
    while (!isWhole) {
      stream.faults = [{ again: Math.floor(Math.random() * 600) }];
      const running = source(...args);
      await running.says(kills === 0 ? 'Begins at' : 'Goes on after');
      await Promise.race([whole, delay(20 + Math.random() * 700)]);
      if (isWhole) break;
      running.process.kill('SIGKILL');
      await running.exitCode;
      kills++;
    }
    const end = eventsOf('kills-end', 1);
    stream.append(end);
    await arrived(events.length + 1);
    expect(kills).toBeGreaterThan(2);
    expect(await sent('kills')).toEqual([...keyed('kills', events), ...keyed('kills-end', end)].sort());
    expect(await stored('kills', events.length + 1)).toEqual([...events, ...end].sort());

    // What the headers say holds, so that it would have been so wherever a batch had been torn.
    const all = (await messagesOf(world, 'wiki.edits')).filter(({ key }) => /^kills-\d/.test(String(key)));
    const placed = all.map(({ key, partition, offset, headers }) => ({
      index: Number(String(key).slice(6)),
      partition,
      offset: Number(offset),
      after: Number(/"offset":(\d+)/.exec(String(headers['source-after']))![1]),
      position: String(headers['source-position']).split(',').map(Number),
    }));
    const said = new Map(placed.toReversed().map((message) => [`${message.after} ${message.partition}`, message]));
    const wrong = [...said.values()].flatMap(({ index, after, position, partition, offset }) =>
      placed.filter((other) => {
        if (other.index > after) return other.offset < position[other.partition]!;
        return other.index !== index && other.partition === partition && other.offset > offset;
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('goes on where it stopped, unless it is to begin later; other streams have a place of their own', async () => {
    stream = await new EventStreamServer().open();
    const events = eventsOf('since', 400);
    stream.append(events.slice(0, 200));
    const url = `${stream.url}?one`;
    const arrived = await more();
    const first = source('--url', url, '--since', at(150).toISOString(), '--quiet');
    await arrived(50);
    await stop(first);
    expect(first.output()).toBe('');
    // What others write in between neither hides the place nor counts as published.
    await world.publisher.publish(
      'wiki.edits',
      eventsOf('others', 22_000).map((value) => ({ key: null, value })),
    );
    const again = source('--url', url, '--since', at(0).toISOString());
    stream.append(events.slice(200, 250));
    await arrived(22_100);
    await stop(again);
    expect(await sent('since')).toEqual(keyed('since', events.slice(150, 250)));
    expect(stream.requests.map(({ lastEventId, since }) => lastEventId ?? since)).toEqual([
      at(150).toISOString(),
      expect.stringMatching(/"offset":1[5-9]\d}/), // all up to there, and of what came with it those that lack
    ]);

    const other = source('--url', `${stream.url}?two`, '--since', at(0).toISOString());
    await arrived(22_350);
    await stop(other);
    expect((await sent('since')).length).toBe(350);

    const later = source('--url', url, '--since', new Date(Date.now() + 60_000).toISOString(), '--verbose');
    await later.says('Begins at');
    await stop(later);
  });

  test('may have different events of one text: each is in the log, and once where an id tells it from others', async () => {
    stream = await new EventStreamServer().open();
    const named = '{"title":"twins-named","wiki":"enwiki"}';
    const nameless = '{"title":"twins-nameless","wiki":"enwiki"}';
    stream.append([...eventsOf('twins', 1), named, named, named]);
    stream.append([nameless, nameless], 'message', false);
    stream.append([named]);
    stream.faults = [{ after: 6, how: 'end' }, { again: 20 }, { again: 20 }]; // from the beginning each time
    const arrived = await more();
    const count = async (text: string) => (await sent('twins')).filter((message) => message.endsWith(text)).length;
    const first = source('--url', stream.url, '--since', begin);
    await arrived(1 + 4 + 2 * 2);
    await stop(first);
    expect([await count(named), await count(nameless)]).toEqual([4, 4]);
    const second = source('--url', stream.url);
    stream.append([named]);
    await arrived(1 + 5 + 3 * 2);
    await stop(second);
    expect([await count(named), await count(nameless), (await sent('twins')).length]).toEqual([5, 6, 12]);
  });

  test('is sampled by id, so that a share is the same every time and part of a larger one', async () => {
    stream = await new EventStreamServer().open();
    const events = eventsOf('frac', 1_000);
    stream.append(events);
    const named = eventsOf('named', 1);
    stream.append(named, 'other');
    const taken = async (run: string, frac: string): Promise<string[]> => {
      const running = source('--url', `${stream.url}?${run}`, '--since', begin, '--frac', frac);
      const end = eventsOf(`end-${run}`, 40); // some of them are in every sample
      stream.append(end);
      while ((await sent(`end-${run}`)).length === 0) await delay(50);
      await stop(running);
      const all = await messagesOf(world, 'wiki.edits');
      const mine = all.filter(({ headers }) => String(headers['source-url']).endsWith(`?${run}`));
      return mine.map(({ key }) => String(key)).filter((key) => key.startsWith('frac-'));
    };
    const some = await taken('some', '0.3');
    expect(some.length).toBeGreaterThan(230);
    expect(some.length).toBeLessThan(370);
    expect((await taken('same', '0.3')).sort()).toEqual(some.toSorted());
    const less = await taken('less', '0.1');
    expect(some).toEqual(expect.arrayContaining(less));
    expect(await sent('named')).toEqual([]);
    const other = source('--url', `${stream.url}?named`, '--since', begin, '--event-type', 'other');
    while ((await sent('named')).length === 0) await delay(50);
    await stop(other);
    expect(await sent('named')).toEqual(keyed('named', named));
    expect((await sent('frac')).length).toBe(some.length * 2 + less.length);
  });
});

describe('a file', () => {
  test('is published as it is, with keys, what is no event too, and without canaries', async () => {
    const events = eventsOf('file', 2_500).map((event) => event.trim());
    const nameless = '{"title":"file-page","wiki":"enwiki","type":"edit","timestamp":1420070400}';
    const broken = 'file-, no JSON';
    const canary = '{"meta":{"domain":"canary","id":"file-canary"}}';
    const path = join(folder, 'events.ndjson');
    await writeFile(path, `\uFEFF${[...events, '', nameless, canary, broken].join('\r\n')}`);
    const { exitCode, output } = source('--file', path);
    expect([await exitCode, output()]).toEqual([0, expect.stringMatching(/Sent 2502 events to wiki.edits in \d/)]);
    expect(await sent('file')).toEqual([...keyed('file', events), `file-page: ${nameless}`, `null: ${broken}`].sort());
    expect(await stored('"file', 2_501)).toEqual([...events, nameless].sort());
  });

  test('is played at a multiple of its own pace, also from standard input, and left at once', async () => {
    const events = eventsOf('pace', 41).map((event) => event.trim());
    const running = source('--file', '-', '--speed', '20', '--since', at(1).toISOString());
    running.process.stdin.end(events.join('\n'));
    expect(await running.exitCode).toBe(0);
    const all = (await messagesOf(world, 'wiki.edits')).filter(({ value }) => String(value).includes('"pace-'));
    const times = new Map(all.map(({ key, at }) => [String(key), Number(at)]));
    expect(times.size).toBe(40);
    const first = times.get('pace-1')!;
    for (const [key, time] of times) {
      const due = ((Number(key.slice(5)) - 1) * 1_000) / 20;
      expect(time - first).toBeGreaterThan(due - 200);
      expect(time - first).toBeLessThan(due + 1_500);
    }

    const slow = source('--file', '-', '--speed', '0.0000001'); // due after more than a timer knows
    slow.process.stdin.write(`${eventsOf('slow', 2).join('\n')}\n`);
    while ((await sent('slow')).length === 0) await delay(20);
    await stop(slow);
    expect((await sent('slow')).length).toBe(1);
  });
});

describe('says what is wrong, where and what to do, and ends with 1', () => {
  const refused = async (fault: object) => {
    stream = await new EventStreamServer().open();
    stream.faults = [fault];
    const { exitCode, output } = source('--url', stream.url);
    expect(await exitCode).toBe(1);
    expect(output()).toContain(stream.url);
    expect(output()).not.toMatch(/\n {4}at |Sent 0/);
    return output();
  };

  test('where there is no stream', async () => {
    expect(await refused({ status: 404, body: 'no such\nstream' })).toMatch(
      /answers 404 Not Found: no such stream. Trying again would not help. Give the address of a stream with --url/,
    );
    expect(await refused({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' })).toMatch(
      /answers with text\/html, not with server-sent events .* Give the address of a stream with --url/,
    );
    expect(await refused({ status: 204 })).toMatch(/answers 204 No Content/);
  });

  test.each<[message: string, args: string[], environment: NodeJS.ProcessEnv]>([
    [
      'Kafka does not answer at 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1. Start it with `npm start`',
      [],
      { KAFKA_BROKERS: '127.0.0.1:1' },
    ],
    ['There is no topic nobody.wiki.edits at ', [], { KAFKA_PREFIX: 'nobody.' }],
    ['There is no /nowhere.ndjson. Give a file', ['--file', '/nowhere.ndjson'], {}],
    [`${tmpdir()} is a folder. Give a file of events`, ['--file', tmpdir()], {}],
    ['must be http:// or https:// and without user and password', ['--url', 'http://ada:hunter2@127.0.0.1/'], {}],
    ['ftp://127.0.0.1 must be http://', ['--url', 'ftp://127.0.0.1'], {}],
    ["argument '2' is invalid. It must be a share between 0 and 1", ['--frac', '2'], {}],
    ["argument '0' is invalid. It must be a number above 0", ['--speed', '0'], {}],
    ["argument '3000000' is invalid. It must be a day, 86400, at the most", ['--stall', '3000000'], {}],
    ["argument 'soon' is invalid. It must be a time such as", ['--since', 'soon'], {}],
  ])('%s', async (message, args, environment) => {
    const { exitCode, output } = sourceWith(environment, ...args);
    expect([await exitCode, output()]).toEqual([1, expect.stringContaining(message)]);
    expect(output()).not.toMatch(/\n {4}at |hunter2|Sent 0/);
  });

  test.each<[string, Fault]>([
    ['by retry', { retry: 9_999_999_999_999, after: 0, how: 'end' }],
    ['by Retry-After', { status: 503, headers: { 'retry-after': '9999999999999' } }],
  ])('that a server asks %s for a pause of years, and asks it again after an hour', async (_, fault) => {
    stream = await new EventStreamServer().open();
    stream.append(eventsOf('pause', 1));
    stream.faults = [fault];
    const running = source('--url', stream.url, '--since', begin);
    await running.says('connecting anew in 3600.0 s');
    await stop(running);
    expect(stream.requests).toHaveLength(1);
  });

  test('that a stream is away, and goes on trying until it is stopped', async () => {
    const port = await freePort();
    const running = source('--url', `http://127.0.0.1:${port}/`);
    await running.says(`ECONNREFUSED 127.0.0.1:${port}; connecting anew in `);
    await stop(running);
  });
});
