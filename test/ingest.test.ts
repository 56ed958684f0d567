import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import type { Message } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setUp } from '../ingest/setup.ts';
import { logGroup, topicNames, viewGroup } from '../schema/topics.ts';
import { type Client, client } from './client.ts';
import { company, person, publish, stint } from './messages.ts';
import { foldPeople, graphContents, type LoadMessage, peopleLoad } from './peopleLoad.ts';
import { messagesOf } from './topic.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let ingest: { stop(): Promise<void> };
let gateway: Client;

beforeAll(async () => {
  world = await openWorld({ READ_AFTER_TIMEOUT_MS: 30_000 }); // however slow the machine
  ingest = await world.ingest();
  gateway = client((await world.gateway()).url);
});
afterAll(() => world[Symbol.asyncDispose]());

async function until<T>(condition: () => Promise<T | false>): Promise<T> {
  for (;;) {
    const met = await condition();
    if (met !== false) return met;
    await delay(10);
  }
}

/** Publishes as any Kafka client does, and waits until the graph has read it. */
async function send(messages: Message[]): Promise<void> {
  const position = await world.publisher.publish('people.events', messages);
  await until(async () => {
    const applied = await world.graph.read<{ partition: number; next: number }>(
      "MATCH (o:Offset {view: 'people'}) RETURN o.partition AS partition, o.next AS next",
    );
    const next = new Map(applied.map((row) => [row.partition, row.next]));
    return position.every((end, partition) => (next.get(partition) ?? 0) >= end);
  });
}

test('several processes may make what is missing at once', async () => {
  const { graph, kafka, settings } = world;
  const names = async (what: string) =>
    (await graph.read<{ name: string }>(`SHOW ${what} YIELD name`)).map(({ name }) => name);
  const present = async () => [await names('CONSTRAINTS'), await names('RANGE INDEXES')].map((all) => all.sort());
  const made = await present();
  for (let time = 0; time < 3; time++) {
    for (const name of await names('CONSTRAINTS')) await graph.command(`DROP CONSTRAINT ${name}`);
    for (const name of await names('RANGE INDEXES')) await graph.command(`DROP INDEX ${name}`);
    await Promise.all(Array.from({ length: 4 }, () => setUp(settings, kafka, graph)));
    expect(await present()).toEqual(made);
  }
});

test('messages in any order that keeps that of each key make the same graph', { timeout: 60_000 }, async () => {
  const load = peopleLoad(300);
  const expected = foldPeople(load);
  const turns = fc.infiniteStream(fc.nat());
  const sizes = fc.infiniteStream(fc.integer({ min: 1, max: 80 }));
  await fc.assert(
    fc
      .asyncProperty(turns, sizes, async (turn, size) => {
        const messages = shuffled(load, () => turn.next().value!);
        while (messages.length > 0)
          await world.publisher.publish('people.events', messages.splice(0, size.next().value!));
        await send([{ key: '0', value: JSON.stringify(person(0, 'The end')) }]);
        for (let key = 1; key < 60; key++) messages.push({ key: String(key), value: 'the end of every partition' });
        await send(messages);
        const { nodes, relationships } = await graphContents(world.graph);
        nodes.delete('Person 0');
        expect(nodes).toEqual(expected.nodes);
        expect(relationships).toEqual(expected.relationships);
      })
      .beforeEach(() => world.graph.command('MATCH (n:Person|Company) DETACH DELETE n')),
    { numRuns: 4, endOnFailure: true },
  );
});

/** The messages of all keys in another order, those of one key in theirs. */
function shuffled(load: LoadMessage[], choose: () => number): Message[] {
  const queues = [...Map.groupBy(load, ({ key }) => key).values()].map((queue) => [...queue]);
  return load.map(() => {
    const at = choose() % queues.length;
    const { key, value } = queues[at]!.shift()!;
    if (queues[at]!.length === 0) queues.splice(at, 1);
    return { key, value };
  });
}

test('a bad message goes to dead.letters as it came, with the reason and its place, and the rest goes on', async () => {
  const bad: [value: Buffer | string | null, reason: string][] = [
    ['{"type":"Person"', 'not JSON: '],
    [null, 'the message has no value; people.events takes no deletions'],
    [Buffer.from([0xff, 0x00, 0x80, 0x7b]), 'not JSON: '],
    [
      Buffer.from('{"type":"Person","data":{"person_id":1100,"name":"Jos\xe9"}}', 'latin1'),
      'data.name "Jos\uFFFD" was not sent as UTF-8',
    ],
    ['{"type":"Dog","data":{}}', 'unknown type "Dog"; it must be one of Person, Company'],
    [JSON.stringify({ type: 'Person', data: { person_id: '1100' } }), 'data.person_id must be integer, not "1100"'],
    [JSON.stringify(stint(1100, 1, null, '2020-02-30', null)), 'data.start_date "2020-02-30" is not a day'],
    [JSON.stringify(stint(1100, 1, null, '2020-02-02', '2020-02-01')), 'end_date 2020-02-01 is before start_date'],
    [`{"type":"Person","data":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 'data must be object, not an array'],
    // Within the contract, but its folded form is too long for an index of Neo4j.
    [JSON.stringify(person(1101, '\uFDFA'.repeat(1_000))), 'the store refused it: '],
  ];
  const tenant = Buffer.from('acme');
  await send(
    bad.flatMap(([value], at) => [
      { key: 'one', value: JSON.stringify(person(1102 + at, `Good ${at}`)) },
      { key: 'one', value, headers: { tenant, at: String(at) } },
    ]),
  );
  const good = await world.graph.read('MATCH (p:Person) WHERE p.id >= 1100 RETURN p.id AS id ORDER BY id');
  expect(good.map(({ id }) => id)).toEqual(bad.map((_, at) => 1102 + at));

  const letters = await until(async () => {
    const found = (await messagesOf(world, 'dead.letters')).filter(({ headers }) => headers.at !== undefined);
    return found.length >= bad.length && found;
  });
  expect(letters).toHaveLength(bad.length);
  const sources = (await messagesOf(world, 'people.events')).filter(({ headers }) => headers.at !== undefined);
  for (const [at, [value, reason]] of bad.entries()) {
    const letter = letters.find(({ headers }) => String(headers.at) === String(at))!;
    const source = sources.find(({ headers }) => String(headers.at) === String(at))!;
    expect(letter.value).toEqual(value === null ? null : Buffer.from(value as string));
    expect(String(letter.key)).toBe('people.events');
    const headers = Object.fromEntries(Object.entries(letter.headers).map(([name, text]) => [name, String(text)]));
    expect(headers).toEqual({
      tenant: 'acme',
      at: String(at),
      'dead-letter-key': 'one',
      'dead-letter-reason': expect.stringContaining(reason),
      'dead-letter-topic': 'people.events',
      'dead-letter-partition': String(source.partition),
      'dead-letter-offset': source.offset,
    });
  }
});

test('of a bad message that is too large for dead.letters the place is sent there, and the rest goes on', async () => {
  const topic = `${world.settings.KAFKA_PREFIX}dead.letters`;
  const limit = async (bytes: number) => {
    const admin = world.kafka.admin();
    await admin.connect();
    const configEntries = [{ name: 'max.message.bytes', value: String(bytes) }];
    await admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: topic, configEntries }] });
    await admin.disconnect();
  };
  await limit(2_000);
  await send([
    { key: 'large', value: JSON.stringify({ type: 'Cat', data: 'a'.repeat(5_000) }), headers: { size: 'large' } },
    { key: 'large', value: JSON.stringify({ type: 'Cat', data: 'b' }), headers: { size: 'small' } },
    { key: 'large', value: JSON.stringify(person(1210, 'After')) },
  ]);
  await limit(4 << 20);
  const letters = await until(async () => {
    const found = (await messagesOf(world, 'dead.letters')).filter(({ headers }) =>
      String(headers['dead-letter-reason']).includes('"Cat"'),
    );
    return found.length >= 2 && found;
  });
  expect(letters.map(({ value, headers }) => [value?.length, String(headers['dead-letter-reason'])])).toEqual([
    [undefined, expect.stringContaining('(its 5024 bytes are too many to be sent again; the log has them)')],
    [25, expect.stringContaining('unknown type "Cat"')],
  ]);
  expect(await world.graph.read('MATCH (p:Person {id: 1210}) RETURN p.name AS name')).toEqual([{ name: 'After' }]);
});

test('a message that the store refuses holds up neither Read-After nor what comes later', async () => {
  const read = await publish(gateway, [person(1200, '\uFDFA'.repeat(1_000))]);
  expect(await gateway.query('{ person(id: 1200) { name } }', {}, read)).toEqual({ person: null });
});

test('the log holds every message of every topic, byte for byte', async () => {
  const odd = Buffer.from([0, 0xff, 0xc3, 0x28, 0x22, 0x5c, 0x0a, 0xed, 0xa0, 0x80]);
  await send([
    { key: odd, value: odd, headers: { tenant: 'é\n', 'a "name"': 'x'.repeat(300) } },
    { key: null, value: null },
    { key: '', value: '' },
    { key: 'x'.repeat(1_000), value: `{"long":"${'é'.repeat(200_000)}"}` },
  ]);
  const topics = await Promise.all(topicNames.map(async (topic) => [topic, await messagesOf(world, topic)] as const));
  const expected = topics.flatMap(([topic, messages]) =>
    messages.map(({ partition, offset, at, key, value, headers }) =>
      [topic, partition, offset, at, hex(key), hex(value), textOf(headers)].join(' '),
    ),
  );
  const rows = async () => {
    const result = await world.clickhouse.query({
      query: `SELECT concatWithSeparator(' ', topic, partition, offset, toUnixTimestamp64Milli(at),
                     ifNull(hex(key), 'null'), ifNull(hex(value), 'null'), headers) AS text
              FROM log FINAL`,
      format: 'JSONEachRow',
    });
    return (await result.json<{ text: string }>()).map(({ text }) => text);
  };
  await until(async () => (await rows()).length >= expected.length);
  const archived = new Set(await rows());
  expect(expected.filter((row) => !archived.has(row)).map((row) => row.slice(0, 200))).toEqual([]);
  expect(archived.size).toBe(expected.length);
});

const textOf = (headers: object) =>
  JSON.stringify(Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])));
const hex = (bytes: Buffer | null) => bytes?.toString('hex').toUpperCase() ?? 'null';

test('what is delivered again is not applied again', async () => {
  await send([{ key: '1300', value: JSON.stringify(person(1300, 'As published')) }]);
  await ingest.stop();
  await world.graph.command("MATCH (p:Person {id: 1300}) SET p.name = 'As it is now'");
  const { KAFKA_PREFIX: prefix } = world.settings;
  const topic = `${prefix}people.events`;
  const admin = world.kafka.admin();
  await admin.connect();
  await admin.deleteGroups([logGroup, viewGroup('people')].map((group) => prefix + group));
  ingest = await world.ingest();
  await send([{ key: '1300', value: JSON.stringify(company(1300, 'Marks the end of the partition')) }]);
  expect(await world.graph.read('MATCH (p:Person {id: 1300}) RETURN p.name AS name')).toEqual([
    { name: 'As it is now' },
  ]);
  const ends = new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, high]));
  await until(async () => {
    const [archived] = await admin.fetchOffsets({ groupId: prefix + logGroup, topics: [topic] });
    return archived!.partitions.every(({ partition, offset }) => offset === ends.get(partition));
  });
  await admin.disconnect();
  const rows = await world.clickhouse.query({
    query:
      "SELECT count() AS rows, uniqExact(partition, offset) AS places FROM log FINAL WHERE topic = 'people.events'",
    format: 'JSONEachRow',
  });
  const total = [...ends.values()].reduce((sum, end) => sum + Number(end), 0);
  expect(await rows.json()).toEqual([{ rows: total, places: total }]);
});

test('what is read after its receipt is found at once in every way, also by an index', async () => {
  for (let round = 0; round < 30; round++) {
    const names = Array.from({ length: 40 }, (_, at) => person(1500 + round * 40 + at, `Round ${round}!`));
    const read = await publish(gateway, names);
    const found = await gateway.query(`{ people(name: "round ${round}!") { totalCount } }`, {}, read);
    expect([round, found]).toEqual([round, { people: { totalCount: 40 } }]);
  }
});

test('a query waits for its own write, fails when the view is too late, and is answered when it has caught up', async () => {
  world.settings.READ_AFTER_TIMEOUT_MS = 300;
  const hasty = client((await world.gateway()).url);
  const question = '{ person(id: 1400) { name } }';
  await ingest.stop();
  const read = await publish(hasty, [person(1400, 'Written')]);
  const started = performance.now();
  const { data, errors } = await hasty.ask(question, {}, read);
  expect([data, errors?.map(({ extensions }) => extensions.code)]).toEqual([undefined, ['READ_AFTER_TIMEOUT']]);
  expect(performance.now() - started).toBeGreaterThan(290);
  expect(errors![0]!.message).toContain('has not reached the Read-After position within 300 ms. The write is safe');
  expect(await hasty.query(question)).toEqual({ person: null });

  const waiting = gateway.query(question, {}, read); // this one is patient
  ingest = await world.ingest();
  expect(await waiting).toEqual({ person: { name: 'Written' } });
  expect(await hasty.query(question, {}, read)).toEqual({ person: { name: 'Written' } });
});
