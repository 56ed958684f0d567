import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generator } from '../ingest/random.ts';
import { type Client, client } from './client.ts';
import { command, environmentOf, killAll } from './command.ts';
import { doorway, dpu, mount, publishTopology, reading, space } from './occupancyMessages.ts';
import { countAt, type Known } from './occupancyReference.ts';
import { allTaken } from './progress.ts';
import { messagesOf } from './topic.ts';
import { openWorld, type World } from './world.ts';

// `tributary produce occupancy` as people start it.
let world: World;
let gateway: Client;
let folder: string;

beforeAll(async () => {
  world = await openWorld();
  await world.ingest();
  gateway = client((await world.gateway()).url);
  folder = await mkdtemp(join(tmpdir(), 'tributary-produce-'));
});
afterAll(async () => {
  killAll();
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const noon = Date.UTC(2018, 1, 24, 12);
const at = (ms: number) => new Date(noon + ms).toISOString();

const produce = (...args: string[]) => command(['produce', 'occupancy', ...args], environmentOf(world.settings));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** What the topic has, as `key: value`, of the messages that hold this text. */
async function sent(text: string): Promise<string[]> {
  const all = await messagesOf(world, 'occupancy.readings');
  return all
    .map(({ key, value }) => `${key}: ${value}`)
    .filter((message) => message.includes(text))
    .sort();
}

/** The dead letters that hold this text, as `value (reason)`. */
async function letters(text: string): Promise<string[]> {
  await allTaken(world);
  const all = await messagesOf(world, 'dead.letters');
  return all
    .map(({ value, headers }) => `${value} (${headers['dead-letter-reason']})`)
    .filter((letter) => letter.includes(text))
    .sort();
}

test('lines of JSON are sent as they are, keyed by their DPU', async () => {
  const lines = [
    JSON.stringify(reading(7001, noon, 1)),
    '{"dpu_id":7001,"direction":3}',
    JSON.stringify(reading('7001', noon, -1)),
  ];
  const path = await file('readings.ndjson', `\uFEFF${lines.join('\r\n')}`);
  const { exitCode, output } = produce(path);
  expect([await exitCode, output()]).toEqual([
    0,
    expect.stringMatching(
      `^Sent 3 messages to occupancy\\.readings in \\d+\\.\\d s\\.\n1 of them break the contract and will be in dead.letters. The first: ${path}:2: the message must have required property 'timestamp'; direction must be 1 or -1, not 3\n$`,
    ),
  ]);
  const input = produce('-');
  input.process.stdin.end(lines[0]);
  expect(await input.exitCode).toBe(0);
  expect(await sent('7001')).toEqual(
    [`7001: ${lines[0]}`, `7001: ${lines[0]}`, `7001: ${lines[2]}`, `null: ${lines[1]}`].sort(),
  );
});

test('rows of a CSV become messages; what is no reading and what is no row goes to dead.letters, and is told with its line', async () => {
  const text = [
    '\uFEFF',
    ' "DPU_ID" ,Timestamp,direction,reading_id,note',
    `7002,"${at(1)}","1",,`,
    `"7002", ${at(2)} ,-1,"r,1","says ""hello"""`,
    '',
    `7002,${at(3)},1`,
    `7002,${at(4)},in,,`,
    `7002,${at(5)},0,,`,
    `7002,"${at(6)},1,,`,
    `"",${at(7)},1,7002,`,
    `7002,"${at(8)}",1,,"open`,
  ];
  const path = await file('readings.csv', text.join('\r\n'));
  const { exitCode, output } = produce(path);
  expect([await exitCode, output()]).toEqual([
    0,
    expect.stringMatching(
      `^Sent 8 messages to occupancy\\.readings in \\d+\\.\\d s\\.\n6 of them break the contract and will be in dead.letters. The first: ${path}:6: 3 values for 5 columns\n$`,
    ),
  ]);
  const good = [
    `7002: {"dpu_id":"7002","timestamp":"${at(1)}","note":"","direction":1}`,
    `7002: {"dpu_id":"7002","timestamp":"${at(2)}","note":"says \\"hello\\"","direction":-1,"reading_id":"r,1"}`,
  ];
  expect((await sent('7002')).filter((message) => message.startsWith('7002'))).toEqual(good);
  const said = (values: object) => JSON.stringify({ dpu_id: '7002', ...values });
  expect(await letters('7002')).toEqual([
    `7002,"${at(6)},1,, (${path}:9: a value goes on after its closing quote; a quote within quotes is written twice)`,
    `7002,"${at(8)}",1,,"open (${path}:11: a quote is opened and never closed)`,
    `7002,${at(3)},1 (${path}:6: 3 values for 5 columns)`,
    expect.stringMatching(`^{"dpu_id":"",.*,"reading_id":"7002"} \\(${path}:10: dpu_id must NOT have fewer than 1`),
    `${said({ timestamp: at(4), note: '', direction: 'in' })} (${path}:7: direction must be 1 or -1, not "in")`,
    `${said({ timestamp: at(5), note: '', direction: 0 })} (${path}:8: direction must be 1 or -1, not 0)`,
  ]);
});

test('a row that is too long for Kafka is left out and told with its line', async () => {
  const rows = [`${at(1)},1,7006,`, `${at(2)},1,7006,${'x'.repeat(1_000_000)}`, `${at(3)},-1,7006,`];
  const path = await file('long.csv', ['timestamp,direction,dpu_id,note', ...rows].join('\n'));
  const { exitCode, output } = produce(path);
  expect([await exitCode, output()]).toEqual([
    1,
    expect.stringMatching(
      `^Sent 2 messages [^\n]*\nNot sent, because they are too long for Kafka \\(more than 1000000 bytes\\): 1. The first: ${path}:3\n$`,
    ),
  ]);
  expect(await sent('7006')).toEqual([1, 3].map((ms) => expect.stringContaining(at(ms))));
});

test('each row goes out as soon as its line has ended, and what Ctrl-C cuts short does not', async () => {
  const { process: child, exitCode, output } = produce();
  const arrives = async (count: number) => {
    while ((await sent('7003')).length < count) await delay(10);
  };
  child.stdin.write('timestamp,direction,dpu_id\n');
  child.stdin.write(`${at(1)},1,7003\n`);
  await arrives(1);
  child.stdin.write(`${at(2)},1,7`);
  child.stdin.write(`003\n${at(3)},1,7003\n${at(4)},1,70030`);
  await arrives(3);
  child.kill('SIGINT');
  expect([await exitCode, output()]).toEqual([0, expect.stringMatching(/^Sent 3 messages [^\n]*\n$/)]);
  expect((await sent('7003')).length).toBe(3);
});

test.each<[message: string, content: string | undefined, args: string[]]>([
  ['PATH is no file that can be read. Give a file, or - for standard input.', undefined, []],
  ['PATH is no file that can be read. Give a file, or - for standard input.', 'FOLDER', []],
  [
    'PATH:1 does not name the column dpu_id. A CSV begins with the names of its columns, separated by commas; JSON lines begin with {.',
    `timestamp,direction,dpu\n${at(0)},1,7004`,
    [],
  ],
  [
    'PATH:2 does not name the columns timestamp, direction, dpu_id.',
    `\n"timestamp";"direction";"dpu_id"\n${at(0)};1;7004`,
    [],
  ],
  ['PATH:1 names the column dpu_id twice.', `timestamp,direction,dpu_id,DPU_ID\n${at(0)},1,7004,7004`, []],
  ['PATH:1 does not name the columns', JSON.stringify(reading(7004, noon, 1)), ['--format', 'csv']],
  [
    "error: option '--format <name>' argument 'xml' is invalid. Allowed choices are csv, ndjson.",
    '',
    ['--format', 'xml'],
  ],
])('says %s and sends nothing', async (message, content, args) => {
  const path = join(folder, 'wrong');
  await rm(path, { force: true, recursive: true });
  if (content === 'FOLDER') await mkdir(path);
  else if (content !== undefined) await writeFile(path, content);
  const { exitCode, output } = produce(path, ...args);
  expect([await exitCode, output()]).toEqual([1, expect.stringContaining(message.replace('PATH', path))]);
  expect(output()).not.toMatch(/\n {4}at |Sent/);
  expect(await sent('7004')).toEqual([]);
});

test('--format tells what the first line cannot', async () => {
  const path = await file(
    'tail.ndjson',
    `rt half of a line","dpu_id":7005}\n${JSON.stringify(reading(7005, noon, 1))}`,
  );
  const { exitCode, output } = produce(path, '--format', 'ndjson');
  expect([await exitCode, output()]).toEqual([
    0,
    expect.stringMatching(/^Sent 2 messages .*\n1 of them .*:1: not JSON/),
  ]);
  expect((await sent('7005')).length).toBe(2);
});

/**
 * Two days of a building whose lobby has a door to the street, with a DPU that writes its directions bare, and a door
 * to a room, with one that quotes them. Some rows are equal to the one before.
 */
const passings = (() => {
  const random = generator(5);
  const rows: { dpu: 'street' | 'room'; time: number; direction: 1 | -1 }[] = [];
  for (let time = noon; rows.length < 500; time += Math.floor(random() * 600_000)) {
    const row = {
      dpu: random() < 0.6 ? ('street' as const) : ('room' as const),
      time,
      direction: random() < 0.55 ? (1 as const) : (-1 as const),
    };
    rows.push(row, ...(random() < 0.07 ? [row] : []));
  }
  return rows;
})();
const moments = Array.from({ length: 12 }, (_, at) => passings[Math.floor((passings.length / 12) * at)]!.time);

const shuffled = <T>(all: T[]): T[] => {
  const random = generator(9);
  return all
    .map((one) => [random(), one] as const)
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one);
};

test.each<[how: string, order: <T>(rows: T[]) => T[], hasIds: boolean, runs: string[][]]>([
  ['in order', (rows) => rows, false, [[]]],
  ['reversed', (rows) => rows.toReversed(), false, [[]]],
  ['shuffled', shuffled, false, [[]]],
  ['one after the other', (rows) => rows, false, [['--batch', '1']]],
  ['shuffled, in many batches', shuffled, false, [['--batch', '7']]],
  ['twice, with ids', (rows) => rows, true, [[], []]],
  [
    'twice, with ids, shuffled, in many batches',
    shuffled,
    true,
    [
      ['--batch', '7'],
      ['--batch', '11'],
    ],
  ],
])('rows that are sent %s are counted once each, at every time', async (how, order, hasIds, runs) => {
  const own = (id: string) => `${id}, ${how}`;
  const known: Known = {
    spaces: [own('A'), own('B')],
    dpus: new Set([own('street'), own('room')]),
    doorways: new Map(
      [
        { id: own('x'), name: 'X', ingress: own('A'), egress: null },
        { id: own('y'), name: 'Y', ingress: own('A'), egress: own('B') },
      ].map((doorway) => [doorway.id, doorway]),
    ),
    mounts: [
      { dpu: own('street'), doorway: own('x'), from: 0, to: null },
      { dpu: own('room'), doorway: own('y'), from: 0, to: null },
    ],
    calibrations: [],
    readings: passings.map((row) => ({ ...row, dpu: own(row.dpu) })),
  };
  await publishTopology(world, [
    ...known.spaces.map((id) => space(id)),
    ...[...known.doorways.values()].map(({ id, ingress, egress }) => doorway(id, ingress, egress)),
    ...[...known.dpus].map((id) => dpu(id)),
    ...known.mounts.map(({ dpu, doorway, from }) => mount(dpu, doorway, from)),
  ]);
  const rows = known.readings.map(({ dpu, time, direction }, number) => {
    const way = dpu === own('room') ? `"${direction}"` : direction;
    return [`"${new Date(time).toISOString()}"`, way, `"${dpu}"`, ...(hasIds ? [number] : [])].join(',');
  });
  const header = `"timestamp","direction","dpu_id"${hasIds ? ',reading_id' : ''}`;
  const path = await file('passings.csv', [header, ...order(rows), ''].join('\r\n'));
  for (const options of runs) {
    const { exitCode, output } = produce(path, ...options);
    expect([await exitCode, output()]).toEqual([0, expect.stringMatching(`^Sent ${rows.length} messages [^\n]*\n$`)]);
  }
  await allTaken(world);

  const asked = moments.map((time, at) => `at${at}: count(at: "${new Date(time).toISOString()}") { value inferred }`);
  const query = `query ($id: ID!) { space(id: $id) { ${asked.join(' ')} now: count { value inferred } } }`;
  for (const [id, inferred] of [
    [own('A'), false],
    [own('B'), true],
  ] as const) {
    const { space } = await gateway.query<{ space: object }>(query, { id });
    const values = [...moments, Date.now()].map((time) => ({ value: countAt(known, id, time), inferred }));
    expect(Object.values(space)).toEqual(values);
    expect(new Set(values.map(({ value }) => value)).size).toBeGreaterThan(6);
  }
});
