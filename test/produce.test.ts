import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command, environmentOf, killAll } from './command.ts';
import { acquisition, company, person, stint } from './messages.ts';
import { messagesOf } from './topic.ts';
import { openWorld, type World } from './world.ts';

// `tributary produce people` as people start it.
let world: World;
let folder: string;

beforeAll(async () => {
  world = await openWorld();
  await world.ingest();
  folder = await mkdtemp(join(tmpdir(), 'tributary-produce-'));
});
afterAll(async () => {
  killAll();
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const produce = (...args: string[]) => command(['produce', 'people', ...args], environmentOf(world.settings));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** What the topic has, as `key: value`, of the messages that hold this text. */
async function sent(text: string): Promise<string[]> {
  const all = await messagesOf(world, 'people.events');
  return all.map(({ key, value }) => `${key}: ${value}`).filter((message) => message.includes(text));
}

/** Waits until the graph has a person of this id. */
async function arrives(id: number): Promise<string> {
  for (;;) {
    const [found] = await world.graph.read<{ name: string }>('MATCH (p:Person {id: $id}) RETURN p.name AS name', {
      id,
    });
    if (found) return found.name;
    await delay(10);
  }
}

test('a file of lines is sent as it is, with keys; what is broken is counted, told and found in dead.letters', async () => {
  const lines = [
    `\uFEFF${JSON.stringify(person(101, 'File Zoë'))}\r`,
    '\r',
    '   ',
    `  ${JSON.stringify(company(102, 'File'))}  `,
    '{"type":"Person","data":{"name":"File without id"}}\r',
    'File, not JSON',
    `{ "type": "PersonEmployment",  "data": { "company_id": 102, "person_id": 101, "more": "File" } }`,
    JSON.stringify(acquisition(102, 103)),
    JSON.stringify(person(104, 'File without an end')),
  ];
  const path = await file('lines.ndjson', lines.join('\n'));
  const { exitCode, output } = produce(path);
  expect([await exitCode, output()]).toEqual([
    0,
    expect.stringMatching(
      `^Sent 7 messages to people.events in \\d+\\.\\d s\\.\n2 of them break the contract and will be in dead.letters. The first: ${path}:5: data must have required property 'person_id'\n$`,
    ),
  ]);
  expect(await arrives(104)).toBe('File without an end');
  expect((await sent('File')).sort()).toEqual(
    [
      `101: ${JSON.stringify(person(101, 'File Zoë'))}`,
      `102: ${JSON.stringify(company(102, 'File'))}`,
      'null: {"type":"Person","data":{"name":"File without id"}}',
      'null: File, not JSON',
      `101: ${lines[6]}`,
      `104: ${JSON.stringify(person(104, 'File without an end'))}`,
    ].sort(),
  );
  let letters: string[] = [];
  while (letters.length < 2) {
    const all = await messagesOf(world, 'dead.letters');
    letters = all.map(({ value, headers }) => `${value} (${headers['dead-letter-reason']})`);
  }
  expect(letters.sort()).toEqual([
    expect.stringContaining(`File, not JSON (${path}:6: not JSON: `),
    `{"type":"Person","data":{"name":"File without id"}} (${path}:5: data must have required property 'person_id')`,
  ]);
});

test('what is too long for Kafka is left out and told with its place, and everything else is sent', async () => {
  const named = (id: number, bytes: number) => {
    const about = (more: string) => JSON.stringify({ ...person(id, `Long ${id}`), more });
    return about('a'.repeat(bytes - about('').length));
  };
  const umlauts = JSON.stringify({ ...person(153, 'Long 153'), more: 'ä'.repeat(500_000) }); // characters of two bytes
  const long = 'Long and not JSON '.repeat(60_000);
  const texts = [named(151, 100), named(152, 1_000_001), umlauts, long, named(154, 1_000_000), 'Long, broken'];
  const path = await file('long.ndjson', texts.join('\n'));
  const { exitCode, output } = produce(path);
  expect([await exitCode, output()]).toEqual([
    1,
    expect.stringMatching(
      `^Sent 3 messages to people.events in \\d+\\.\\d s\\.\n1 of them break the contract .*:6: not JSON.*\nNot sent, because they are too long for Kafka \\(more than 1000000 bytes\\): 3. The first: ${path}:2\n$`,
    ),
  ]);
  expect((await sent('Long')).sort()).toEqual([`151: ${texts[0]}`, `154: ${texts[4]}`, 'null: Long, broken'].sort());
  expect(await arrives(154)).toBe('Long 154');
});

test('arrays of rows without an envelope, alone or in a folder, become messages', async () => {
  const data = (messages: { data: object }[]) => messages.map((message) => message.data);
  const persons = [person(201, 'Array One'), person(202, null)];
  const path = await file('persons.json', `\uFEFF\n ${JSON.stringify(data(persons), null, 2)}`);
  const alone = produce(path, '--batch', '1');
  expect([await alone.exitCode, alone.output()]).toEqual([0, expect.stringMatching(/^Sent 2 messages [^\n]*\n$/)]);

  const export_ = join(folder, 'export');
  await mkdir(export_);
  const messages = [
    ...[company(211, 'Array A', 5), company(212, 'Array B')],
    ...[acquisition(211, 212, false), acquisition(212, 213, true)],
    ...[stint(201, 211, 'Array title', '2012-05-01 00:00:00', null), stint(201, 212, 'Array title', null, null)],
  ];
  const rows = {
    companies: messages.slice(0, 2),
    'company-acquisitions': messages.slice(2, 4),
    stints: messages.slice(4),
  };
  for (const [name, part] of Object.entries(rows)) await file(`export/${name}.json`, JSON.stringify(data(part)));
  await file('export/messages.ndjson', `${messages.map((message) => JSON.stringify(message)).join('\n')}\n`);
  await file('export/README.md', 'not read');
  const whole = produce(export_);
  expect([await whole.exitCode, whole.output()]).toEqual([0, expect.stringMatching(/^Sent 6 messages [^\n]*\n$/)]);

  const all = (await messagesOf(world, 'people.events')).map(({ key, value }) => `${key}: ${value}`);
  const expected = [
    ...[...persons, ...messages].map((message) => {
      const ids = message.data as Record<string, unknown>;
      return `${ids.person_id ?? ids.parent_company_id ?? ids.company_id}: ${JSON.stringify(message)}`;
    }),
  ];
  expect(all.filter((message) => /20[12]|21[123]/.test(message)).sort()).toEqual(expected.sort());
});

test('standard input is read to its end, and sent while it goes on', async () => {
  const { process: child, exitCode, output } = produce();
  child.stdin.write(`${JSON.stringify(person(301, 'Input one'))}\n{"type":"Per`);
  expect(await arrives(301)).toBe('Input one');
  child.stdin.write(`son","data":{"person_id":302,"name":"Input `);
  child.stdin.write(Buffer.from('tw\u00f6').subarray(0, 3)); // half of a letter
  child.stdin.end(Buffer.concat([Buffer.from('tw\u00f6').subarray(3), Buffer.from('"}}')]));
  expect(await exitCode).toBe(0);
  expect(output()).toMatch(/^Sent 2 messages to people.events in \d+\.\d s\.\n$/);
  expect(await arrives(302)).toBe('Input twö');
});

describe('a named pipe', () => {
  test('is read as writers come and go, each message as soon as it is written, until Ctrl-C', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const { process: child, exitCode, output } = produce(path);
    const write = async (text: string) => {
      const writer = await open(path, 'w'); // waits for the reader
      await writer.write(text);
      return writer;
    };
    const line = (id: number) => JSON.stringify(person(id, `Pipe ${id}`));

    await (await write(`${line(401)}\n\n${line(402)}\n`)).close();
    expect(await arrives(402)).toBe('Pipe 402');
    await (await write(`${line(403)}\r\nno message\n`)).close();
    expect(await arrives(403)).toBe('Pipe 403');
    // One that leaves without an end of line must not spoil what the next one writes.
    await (await write(line(404))).close();
    expect(await arrives(404)).toBe('Pipe 404');
    const one = await write(`${line(405)}\n`);
    const other = await write(`${line(406)}\n`);
    await one.write(`${line(407)}\n`);
    expect(await Promise.all([405, 406, 407].map(arrives))).toEqual(['Pipe 405', 'Pipe 406', 'Pipe 407']);
    await one.close();
    await other.close();
    expect((await sent('Pipe')).sort()).toEqual([401, 402, 403, 404, 405, 406, 407].map((id) => `${id}: ${line(id)}`));

    const stopped = performance.now();
    child.kill('SIGINT');
    expect(await exitCode).toBe(0);
    expect(performance.now() - stopped).toBeLessThan(2_000);
    expect(output()).toMatch(
      /^Sent 8 messages to people.events in .*\n1 of them break the contract .*pipe:5: not JSON/,
    );
  });
});

test('a waiting standard input is left at once on Ctrl-C', async () => {
  const { process: child, exitCode } = produce('-');
  child.stdin.write(`${JSON.stringify(person(501, 'Waiting'))}\n`);
  expect(await arrives(501)).toBe('Waiting');
  const stopped = performance.now();
  child.kill('SIGINT');
  expect(await exitCode).toBe(0);
  expect(performance.now() - stopped).toBeLessThan(2_000);
});

test.each([[[]], [['--batch', '5']]])('never sends more in a second than --rate allows, with %j', async (options) => {
  const name = `Rate ${options}`;
  const path = await file(
    'rate.ndjson',
    [...Array(40).keys()].map((at) => JSON.stringify(person(601 + at, name))).join('\n'),
  );
  const { exitCode, output } = produce(path, '--rate', '20', ...options);
  expect(await exitCode).toBe(0);
  expect(output()).toMatch(/^Sent 40 messages/);
  const times = (await messagesOf(world, 'people.events'))
    .filter(({ value }) => String(value).includes(`"${name}"`))
    .map(({ at }) => Number(at))
    .sort((a, b) => a - b);
  expect(times).toHaveLength(40);
  // In a second there may be what is due in it, and the request that has just begun.
  for (const begin of times) expect(times.filter((at) => at >= begin && at < begin + 1_000).length).toBeLessThan(28);
  expect(times.at(-1)! - times[0]!).toBeLessThan(5_000);
});

describe('says what is wrong and ends with 1', () => {
  test.concurrent.each<[message: string, content: string | undefined, args: string[]]>([
    ['There is no PATH. Give a file, a folder, a named pipe, or - for standard input.', undefined, []],
    ['PATH begins like a JSON array but is none: ', '[{"person_id":701},', []],
    ['PATH holds no .json, .ndjson or .jsonl file.', 'FOLDER', []],
    ["'--rate <count>' argument '0' is invalid. It must be a whole number from 1", '', ['--rate', '0']],
    ["'--batch <count>' argument 'many' is invalid. It must be a whole number from 1", '', ['--batch', 'many']],
  ])('%s', async (message, content, args) => {
    const path = join(folder, `wrong-${content?.length}`);
    if (content === 'FOLDER') await mkdir(path);
    else if (content !== undefined) await writeFile(path, content);
    const { exitCode, output } = produce(path, ...args);
    expect([await exitCode, output()]).toEqual([1, expect.stringContaining(message.replace('PATH', path))]);
    expect(output()).not.toMatch(/\n {4}at /);
  });
});
