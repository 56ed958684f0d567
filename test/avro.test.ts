import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rebuildTables } from '../ingest/rebuild.ts';
import { registerSchemas } from '../ingest/registerSchemas.ts';
import { wikiTables } from '../ingest/wiki/sink.ts';
import { createLogger } from '../platform/log.ts';
import { avroSchemas } from '../schema/avro.ts';
import { type Client, client } from './client.ts';
import { framed, inAvro } from './framed.ts';
import { metricsOf } from './metrics.ts';
import { Registry } from './registry.ts';
import { messagesOf } from './topic.ts';
import { wikiEvent } from './wikiEvents.ts';
import { openWorld, type World } from './world.ts';

const log = createLogger('test', 'silent');
const began = new Date().toISOString();
const ours = avroSchemas['wiki.edits'];
/** A fact that a producer tells beside ours, of a type that another schema names. */
const feeling = { name: 'mood', type: 'their.Mood' };
const mood = { type: 'enum' as const, name: 'their.Mood', symbols: ['GLAD', 'SAD'] };

let registry: Registry;
let world: World;
let gateway: Client;
let id: number;

beforeAll(async () => {
  registry = await Registry.start();
  world = await openWorld(registry.settings);
  await world.ingest();
  gateway = client((await world.gateway()).url);
  id = await registry.idOf(subject('wiki.edits'));
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

const subject = (topic: string) => `${world.settings.KAFKA_PREFIX}${topic}-value`;
const event = (id: string) =>
  wikiEvent(id, '2026-03-01T12:00:00Z', { comment: 'Ünïcode 😀', title_url: 'https://a.b/c' });
const publish = (key: string, value: Buffer | string) => world.publisher.publish('wiki.edits', [{ key, value }]);

type Edit = Record<string, unknown>;
const fields = 'id wiki type title user bot minor namespace comment time oldLength newLength delta revision url raw';

function subscribe(until?: string) {
  return gateway.subscribe<{ wikiEdits: { edit: Edit } }>(
    `subscription ($since: DateTime, $until: DateTime) {
       wikiEdits(since: $since, until: $until) { edit { ${fields} } } }`,
    { since: began, until },
  );
}

async function next(events: ReturnType<typeof subscribe>): Promise<Edit> {
  return (await events.next()).value.wikiEdits.edit;
}

/** All that history tells up to now, in the order of ids. */
async function history(): Promise<Edit[]> {
  const edits: Edit[] = [];
  for await (const { wikiEdits } of subscribe(new Date().toISOString())) edits.push(wikiEdits.edit);
  return byId(edits);
}

async function table(): Promise<Edit[]> {
  type Page = { wikiEdits: { edges: { node: Edit }[] } };
  const { wikiEdits } = await gateway.query<Page>(`{ wikiEdits { edges { node { ${fields} } } } }`);
  return byId(wikiEdits.edges.map(({ node }) => node));
}

const byId = (edits: Edit[]) => edits.sort((one, other) => (String(one.id) < String(other.id) ? -1 : 1));

/** Waits until the table holds so many edits. */
async function tableOf(count: number): Promise<Edit[]> {
  for (;;) {
    const edits = await table();
    if (edits.length >= count) return edits;
    await delay(50);
  }
}

interface List {
  edges: { node: object }[];
}
type Page = { topic: { messages: List } };
const nodesOf = ({ edges }: List) => edges.map(({ node }) => node);
const shown = 'partition offset value base64';
const messages = (fields: string) => `{ topic(name: "wiki.edits") { messages { edges { node { ${fields} } } } } }`;

async function letters(): Promise<{ reason: string; value: Buffer | null }[]> {
  const all = await messagesOf(world, 'dead.letters');
  return all.map(({ headers, value }) => ({ reason: String(headers['dead-letter-reason']), value }));
}

test('a topic holds JSON and Avro, which say the same live, in the table and in history', async () => {
  await publish('first', JSON.stringify(event('first')));
  const events = subscribe();
  await next(events); // from now on it is told what comes
  await publish('in JSON', JSON.stringify(event('in JSON')));
  const inJson = await next(events);
  await publish('in Avro', framed(id, inAvro(ours, event('in Avro'))));
  const { raw, ...inAvroToo } = await next(events);
  expect({ ...inJson, raw: undefined, id: 'in Avro' }).toEqual({ ...inAvroToo, raw: undefined });
  expect(raw).toMatchObject({ wiki: 'enwiki', meta: { id: 'in Avro', dt: '2026-03-01T12:00:00.000Z' }, minor: false });
  await events.return!();

  expect(await tableOf(3)).toEqual(expect.arrayContaining([inJson, { ...inAvroToo, raw }]));
  expect(await history()).toEqual(await table());
});

test('while the registry is away, the log goes on, and what needs it waits for it', async () => {
  await registry.register('their-mood', mood);
  const references = [{ name: 'their.Mood', subject: 'their-mood', version: 1 }];
  const moods = await registry.register('their-edits', { ...ours, fields: [...ours.fields, feeling] }, references);
  const whole = { ...ours, fields: [...ours.fields, { ...feeling, type: mood }] };
  const events = subscribe();
  for (let known = await table(); known.length > 0; known.pop()) await next(events);

  const refused = Promise.withResolvers<void>();
  registry.proxy.onRefuse = refused.resolve;
  registry.proxy.cut();
  await publish('glad', framed(moods, inAvro(whole, { ...event('glad'), mood: 'GLAD' })));
  await refused.promise;
  const others = Array.from({ length: 8 }, (_, at) => `beside it ${at}`);
  for (const key of others) await publish(key, JSON.stringify(event(key)));
  const archived = "SELECT count() AS messages FROM log FINAL WHERE topic = 'wiki.edits'";
  const count = async () => (await world.clickhouse.query({ query: archived, format: 'JSONEachRow' })).json();
  while (JSON.stringify(await count()) !== '[{"messages":12}]') await delay(50);
  expect((await table()).map(({ id }) => id)).not.toContain('glad');
  const waits = async () => (await metricsOf()).value('tributary_view_lag_seconds', { view: 'tributary.wiki' }) > 1;
  while (!(await waits())) await delay(50);

  registry.proxy.mend();
  const told = new Map<unknown, Edit>();
  while (told.size < 9) {
    const edit = await next(events);
    told.set(edit.id, edit);
  }
  expect(told.get('glad')).toMatchObject({ raw: { mood: 'GLAD' } });
  await events.return!();
  expect(await tableOf(12)).toEqual(await history());
  expect(await letters()).toEqual([]);
});

test('what cannot be read is a dead letter with its bytes and the reason, and stays one in a rebuild', async () => {
  const before = await table();
  const good = inAvro(ours, event('never'));
  const bad: [Buffer, RegExp][] = [
    [framed(4_000_000_000, good), /^Avro of schema 4000000000 that cannot be read: the registry has no such schema$/],
    [framed(id, good.subarray(0, 20)), /^Avro of schema \d+ that cannot be read: .* at byte \d+ of 20$/],
    [framed(id, Buffer.concat([good, Buffer.of(0xff, 0xfe)])), /2 bytes follow the value/],
    [Buffer.of(0, 0xff), /the registry has no such schema/],
    [
      framed(id, inAvro(ours, { ...event('never'), title: '' })),
      /^title must NOT have fewer than 1 characters, not ""$/,
    ],
  ];
  for (const [value] of bad) await publish('bad', value);
  while ((await letters()).length < bad.length) await delay(50);
  const told = await letters();
  expect(told.map(({ value }) => value!.toString('hex'))).toEqual(bad.map(([value]) => value.toString('hex')));
  for (const [at, [, reason]] of bad.entries()) expect(told[at]!.reason).toMatch(reason);

  const result = await rebuildTables(wikiTables, { ...world, log }, AbortSignal.timeout(60_000), () => {});
  expect(result).toMatchObject({ refused: bad.length, sent: 0, kept: 0 });
  expect(await table()).toEqual(before);
  expect(await history()).toEqual(before);
});

test('a page of a topic shows what a subscription to it does, and a letter shows JSON', async () => {
  const live = gateway.subscribe<{ topicMessages: { message: object } }>(
    `subscription ($since: DateTime) {
       topicMessages(topic: "wiki.edits", since: $since) { message { ${shown} } } }`,
    { since: began },
  );
  const messagesOfPage = nodesOf((await gateway.query<Page>(messages(shown))).topic.messages);
  const told: object[] = [];
  while (told.length < messagesOfPage.length) told.push((await live.next()).value.topicMessages.message);
  await live.return!();
  expect(told).toEqual(expect.arrayContaining(messagesOfPage)); // in whatever order live ones came

  const { deadLetters } = await gateway.query<{ deadLetters: List }>(
    '{ deadLetters(first: 1) { edges { node { value base64 } } } }',
  );
  const [{ value, base64 }] = nodesOf(deadLetters) as [{ value: string; base64: string }];
  expect(JSON.parse(value)).toMatchObject({ meta: { id: 'never' }, title: '' });
  expect(Buffer.from(base64, 'base64').toString()).toBe(value);
});

test('messages are listed while the registry is away, and their values are not', async () => {
  const list = async () => nodesOf((await gateway.query<Page>(messages('offset headers'))).topic.messages);
  const before = (await list()).length;
  registry.proxy.cut();
  await publish('bad', framed(123_456, Buffer.of(0)));
  while ((await list()).length === before) await delay(50);
  const { errors } = await gateway.ask(messages('value'));
  expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['STORE_UNAVAILABLE']);
  registry.proxy.mend();
  expect((await gateway.ask(messages(shown))).errors).toBeUndefined();
});

test('our schemas are registered once, and one that is not compatible with what is there is refused', async () => {
  await registerSchemas(world.settings);
  for (const topic of Object.keys(avroSchemas)) expect(await registry.versions(subject(topic))).toEqual([1]);

  const other = { ...world.settings, KAFKA_PREFIX: 'other.' };
  await registerSchemas(other);
  const changed = {
    ...ours,
    fields: ours.fields.map((field) => (field.name === 'title' ? { ...field, type: 'int' } : field)),
  };
  await expect(registry.register('other.wiki.edits-value', changed)).rejects.toThrow('409');

  await registry.register('third.wiki.edits-value', changed);
  await registry.setCompatibility('third.wiki.edits-value', 'BACKWARD');
  await expect(registerSchemas({ ...world.settings, KAFKA_PREFIX: 'third.' })).rejects.toThrow(
    /refuses schema\/wiki\/wiki\.edits\.avsc as the latest schema of third\.wiki\.edits-value \(409, .*STRING.*INT.*\)/,
  );
  registry.proxy.cut();
  await expect(registerSchemas(other)).rejects.toThrow(/registry at SCHEMA_REGISTRY_URL does not take other\.people/);
});
