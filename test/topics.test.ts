import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { Message } from 'kafkajs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { topicNames } from '../schema/topics.ts';
import { type Client, client } from './client.ts';
import { command, environmentOf, killAll } from './command.ts';
import { fieldsNotAsked } from './fields.ts';
import { item, term } from './menuMessages.ts';
import { allTaken } from './progress.ts';
import { messagesOf, type TopicMessage } from './topic.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let gateway: Client;
const asked = new Set<string>();

beforeAll(async () => {
  world = await openWorld({ READ_AFTER_TIMEOUT_MS: 60_000, LIMIT_BODY_BYTES: 4 << 20 });
  await world.ingest();
  const { ask, query, subscribe } = client((await world.gateway()).url);
  const noting =
    <Rest extends unknown[], Result>(call: (text: string, ...rest: Rest) => Result) =>
    (text: string, ...rest: Rest) => {
      asked.add(text);
      return call(text, ...rest);
    };
  gateway = {
    ask: noting(ask) as Client['ask'],
    query: noting(query) as Client['query'],
    subscribe: noting(subscribe) as Client['subscribe'],
  };
});
afterEach(killAll);
afterAll(() => world[Symbol.asyncDispose]());

interface Shown {
  partition: number;
  offset: string;
  key: string | null;
  value: string;
  base64: string | null;
  headers: Record<string, string>;
  at: string;
}
interface Page {
  edges: { cursor: string; node: Shown }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}
interface Event {
  topicMessages: { message: Shown; cursor: string; at: string };
}

const message = 'partition offset key value base64 headers at';
const list = `query ($topic: String!, $first: Int, $after: String, $from: DateTime, $key: String) {
  topic(name: $topic) { messages(first: $first, after: $after, from: $from, key: $key) {
    edges { cursor node { ${message} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`;
const live = `subscription ($topic: String!, $key: String, $after: Cursor, $since: DateTime) {
  topicMessages(topic: $topic, key: $key, after: $after, since: $since) { cursor at message { ${message} } } }`;

async function pageOf(topic: string, variables: object = {}): Promise<Page> {
  return (await gateway.query<{ topic: { messages: Page } }>(list, { topic, ...variables })).topic.messages;
}

/** All pages to the end. */
async function allOf(topic: string, variables: object = {}, after: string | null = null): Promise<Page['edges']> {
  const found: Page['edges'] = [];
  for (let cursor = after; ; ) {
    const { edges, pageInfo } = await pageOf(topic, { ...variables, after: cursor });
    found.push(...edges);
    if (!pageInfo.hasNextPage) return found;
    cursor = pageInfo.endCursor;
  }
}

/** What the graph should say about a message of Kafka. */
function shown({ partition, offset, key, value, headers, at }: TopicMessage): Shown {
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return {
    ...{ partition, offset, key: key?.toString() ?? null, value: value?.toString() ?? '' },
    ...{ base64: value?.toString('base64') ?? null, headers: Object.fromEntries(texts) },
    at: new Date(Number(at)).toISOString(),
  };
}

/** What is in a topic, merged by time of append, and by partition at the same time. */
async function reference(topic: string): Promise<Shown[]> {
  const byTime = (a: Shown, b: Shown) =>
    a.at < b.at ? -1 : a.at > b.at ? 1 : a.partition - b.partition || Number(a.offset) - Number(b.offset);
  return (await messagesOf(world, topic)).map(shown).sort(byTime);
}

/** As after a crash between a write to the log and its commit. */
async function archivedTwice(): Promise<void> {
  await world.clickhouse.command({ query: 'SYSTEM STOP MERGES log' });
  await world.clickhouse.command({ query: 'INSERT INTO log SELECT * FROM log WHERE offset % 3 > 0' });
}

/** Whatever may be in a topic: no JSON, no UTF-8, no value, no key. */
function anything(count: number): Message[] {
  return Array.from({ length: count }, (_, at) => ({
    key: at % 5 === 0 ? null : `key ${at % 7}`,
    value: [JSON.stringify({ at }), randomBytes(8), null, 'Ünï\u{1F600}\uFFFD'][at % 4]!,
    headers: at % 3 === 0 ? { tenant: 'acme', 'x-ü': `"${at}"` } : {},
  }));
}

test('pages of messages equal the topic in whatever order they are asked, by key and time; S12, S16', async () => {
  for (let batch = 0; batch < 12; batch++) await world.publisher.publish('menu.items', anything(25));
  await allTaken(world);
  await archivedTwice();
  const all = await reference('menu.items');
  const question = fc.record({
    first: fc.option(fc.integer({ min: 20, max: 120 }), { nil: null }),
    key: fc.option(fc.constantFrom('key 1', 'key 2', 'key 6', 'nobody'), { nil: null }),
    from: fc.option(
      fc.nat(all.length - 1).chain((at) => fc.constantFrom(-1, 0, 1).map((ms) => Date.parse(all[at]!.at) + ms)),
      { nil: null },
    ),
  });
  await fc.assert(
    fc.asyncProperty(question, async ({ first, key, from }) => {
      const given = { first, key, from: from === null ? null : new Date(from).toISOString() };
      const fits = (one: Shown) => (key === null || one.key === key) && (from === null || Date.parse(one.at) >= from);
      expect((await allOf('menu.items', given)).map(({ node }) => node)).toEqual(all.filter(fits));
    }),
    { numRuns: 15 },
  );
  expect(await pageOf('menu.items', { first: 0 })).toMatchObject({ edges: [], pageInfo: { hasNextPage: true } });
  const { edges, pageInfo } = await pageOf('menu.items', { first: 3 });
  expect(pageInfo).toEqual({
    ...{ hasNextPage: true, hasPreviousPage: false, startCursor: edges[0]!.cursor, endCursor: edges[2]!.cursor },
  });
});

test('a list that was read to its end goes on with what comes, and its cursors are those of events; S1, S4', async () => {
  const before = await allOf('menu.items');
  const last = before.at(-1)!.cursor;
  const events = gateway.subscribe<Event>(live, { topic: 'menu.items', after: before.at(-6)!.cursor });
  const told: Event['topicMessages'][] = [];
  const take = async (count: number) => {
    while (told.length < count) told.push((await events.next()).value!.topicMessages);
  };
  await take(5);
  await world.publisher.publish('menu.items', anything(40));
  await take(45);
  await events.return!();
  await allTaken(world);
  const later = await allOf('menu.items', { first: 7 }, last);
  const byPlace = (one: Shown, other: Shown) =>
    one.partition - other.partition || Number(one.offset) - Number(other.offset);
  const messages = told.map(({ message }) => message);
  expect(messages.slice(0, 5)).toEqual(before.slice(-5).map(({ node }) => node));
  expect(messages.slice(5).sort(byPlace)).toEqual(later.map(({ node }) => node).sort(byPlace));
  expect(told.every(({ message, at }) => message.at === at)).toBe(true);
  const middle = told[20]!.cursor;
  const rest = await allOf('menu.items', {}, middle);
  const again = gateway.subscribe<Event>(live, { topic: 'menu.items', after: middle });
  for (const _ of rest) told.push((await again.next()).value!.topicMessages);
  await again.return!();
  expect(
    told
      .slice(45)
      .map(({ message }) => message)
      .sort(byPlace),
  ).toEqual(rest.map(({ node }) => node).sort(byPlace));
  const codeOf = async (variables: object) =>
    (await gateway.ask(list, { topic: 'menu.items', ...variables })).errors?.[0]?.extensions.code;
  expect(await codeOf({ after: middle, key: 'key 1' })).toBe('CURSOR_FOREIGN');
  expect(await codeOf({ after: middle, topic: 'menu.terms' })).toBe('CURSOR_FOREIGN');
  expect(await codeOf({ after: `${middle}x` })).toBe('CURSOR_INVALID');
  expect(await codeOf({ first: 1_001 })).toBe('BAD_USER_INPUT');
});

test('a live tail of one key starts at a time, and tells nothing else', async () => {
  const since = new Date(Date.now() + 1).toISOString();
  const events = gateway.subscribe<Event>(live, { topic: 'menu.items', key: 'this', since });
  await world.publisher.publish('menu.items', [item('that', 'x'), item('this', 'one'), item('that', 'y')]);
  await world.publisher.publish('menu.items', [item('this', 'two')]);
  const told = [(await events.next()).value!, (await events.next()).value!];
  await events.return!();
  expect(told.map(({ topicMessages: { message } }) => JSON.parse(message.value).data.name)).toEqual(['one', 'two']);
  const { errors } = await gateway.ask(
    'query ($name: String!) { topic(name: $name) { name } deadLetters(topic: $name) { totalCount } }',
    { name: 'horses' },
  );
  expect(errors).toMatchObject([{ message: expect.stringMatching(/^There is no topic "horses"; there are people/) }]);
});

interface TopicFacts {
  name: string;
  partitions: { id: number; start: string; end: string }[];
  views: { view: string; lag: number; rate: number; at: string | null }[];
}

test('topics tell where they end, and how far each view is', async () => {
  await allTaken(world);
  const { topics } = await gateway.query<{ topics: TopicFacts[] }>(
    '{ topics { name partitions { id start end } views { view lag rate at } } }',
  );
  expect(topics.map(({ name }) => name)).toEqual(topicNames);
  const items = topics.find(({ name }) => name === 'menu.items')!;
  const all = await reference('menu.items');
  expect(items.partitions.map(({ end }) => Number(end)).reduce((sum, end) => sum + end)).toBe(all.length);
  expect(items.partitions).toMatchObject([0, 1, 2, 3].map((id) => ({ id, start: '0' })));
  const at = all.at(-1)!.at;
  expect(items.views.map(({ view, lag, at }) => ({ view, lag, at }))).toEqual(
    ['log', 'menu', 'matcher'].map((view) => ({ view, lag: 0, at })),
  );
  const letters = topics.find(({ name }) => name === 'dead.letters')!;
  expect(letters.views).toMatchObject([{ view: 'log', lag: 0 }]);
  for (const { views } of topics) for (const { rate } of views) expect(rate).toBeGreaterThanOrEqual(0);
  expect(topics.find(({ name }) => name === 'wiki.edits')!.views[0]).toMatchObject({ lag: 0, rate: 0, at: null });
});

interface Letter {
  id: string;
  topic: string;
  partition: number;
  offset: string;
  reason: string;
  key: string | null;
  value: string;
  base64: string | null;
  headers: Record<string, string>;
  at: string;
  redriven: string | null;
}
interface Letters {
  deadLetters: { totalCount: number; edges: { cursor: string; node: Letter }[]; pageInfo: Page['pageInfo'] };
}
const letterFields = 'id topic partition offset reason key value base64 headers at redriven';
const letters = `query ($topic: String, $from: DateTime, $to: DateTime, $first: Int, $after: String) {
  deadLetters(topic: $topic, from: $from, to: $to, first: $first, after: $after) {
    totalCount edges { cursor node { ${letterFields} } } pageInfo { hasNextPage endCursor } } }`;
const redrive = `mutation ($ids: [ID!]!, $values: [String!]) {
  redriveDeadLetters(ids: $ids, values: $values) { accepted position } }`;

async function lettersOf(variables: object = {}, headers?: Record<string, string>): Promise<Letter[]> {
  return (await gateway.query<Letters>(letters, variables, headers)).deadLetters.edges.map(({ node }) => node);
}

async function refusal(ids: string[], values?: string[]): Promise<string> {
  const { errors } = await gateway.ask(redrive, { ids, values });
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  return errors![0]!.message;
}

test('dead letters equal what Kafka has, newest first, in pages, by topic and time', async () => {
  await allTaken(world);
  await world.publisher.publish('menu.terms', [
    { key: 'x', value: 'no JSON', headers: { tenant: 'acme', trace: '7' } },
  ]);
  await allTaken(world);
  const expected = (await reference('dead.letters')).reverse().map((letter) => {
    const {
      'dead-letter-topic': topic,
      'dead-letter-reason': reason,
      'dead-letter-key': key,
      ...others
    } = letter.headers;
    const { 'dead-letter-partition': partition, 'dead-letter-offset': offset, ...headers } = others;
    const { value, base64, at } = letter;
    return {
      ...{ id: `${letter.partition}/${letter.offset}`, topic, partition: Number(partition), offset, reason },
      ...{ key: key ?? null, value, base64, headers, at, redriven: null },
    };
  });
  expect(expected.length).toBeGreaterThan(300);
  const half = expected[150]!.at;
  for (const [variables, fits] of [
    [{ first: 70 }, () => true],
    [{ topic: 'menu.items' }, ({ topic }: Letter) => topic === 'menu.items'],
    [{ topic: 'menu.terms' }, ({ topic }: Letter) => topic === 'menu.terms'],
    [{ from: half, first: 1000 }, ({ at }: Letter) => at >= half],
    [{ to: half, first: 1000 }, ({ at }: Letter) => at < half],
  ] as const) {
    const found: Letter[] = [];
    for (let after: string | null = null; ; ) {
      const { deadLetters }: Letters = await gateway.query<Letters>(letters, { ...variables, after });
      expect(deadLetters.totalCount).toBe(expected.filter((letter) => fits(letter as Letter)).length);
      found.push(...deadLetters.edges.map(({ node }) => node));
      if (!deadLetters.pageInfo.hasNextPage) break;
      after = deadLetters.pageInfo.endCursor;
    }
    expect(found).toEqual(expected.filter((letter) => fits(letter as Letter)));
  }
  const { id } = expected[0]!;
  expect(await gateway.query(`query ($id: ID!) { deadLetter(id: $id) { ${letterFields} } }`, { id })).toEqual({
    deadLetter: expected[0],
  });
});

test('a mended message reaches its view with its key and headers, once, however often it is asked for', async () => {
  const broken = { type: 'Term', data: { id: 'ale' } };
  const source = { 'source-url': 'http://x/', fault: 'file.csv:3: no text' };
  await world.publisher.publish('menu.terms', [
    { key: 'ale', value: JSON.stringify(broken), headers: { 'content-type': 'application/json', ...source } },
    { key: 'acme/ale', value: JSON.stringify(broken), headers: { tenant: 'acme' } },
  ]);
  await allTaken(world);
  const [acme, ale] = (await lettersOf({ topic: 'menu.terms', first: 2 })) as [Letter, Letter];
  expect([ale, acme]).toMatchObject([
    { key: 'ale', reason: 'file.csv:3: no text', headers: { fault: 'file.csv:3: no text' } },
    { key: 'acme/ale', reason: expect.stringContaining('text'), headers: { tenant: 'acme' } },
  ]);
  const mended = JSON.stringify({ ...broken, data: { id: 'ale', text: 'Pale Ale' } });
  // Two at once, of which one is told that the other was first.
  const answers = await Promise.all(
    [1, 2].map(() =>
      gateway.ask<{ redriveDeadLetters: { accepted: number; position: string } }>(redrive, {
        ids: [ale.id, acme.id],
        values: [mended, '{}'],
      }),
    ),
  );
  const [sent] = answers.flatMap(({ data }) => data?.redriveDeadLetters ?? []);
  expect(sent!.accepted).toBe(2);
  const read = { 'Read-After': sent!.position };
  expect(await gateway.query('{ term(id: "ale") { text } }', {}, read)).toEqual({ term: { text: 'Pale Ale' } });
  const { topic } = await gateway.query<{ topic: { messages: Page } }>(list, { topic: 'menu.terms' }, read);
  const published = (await messagesOf(world, 'menu.terms')).slice(-2).map(shown);
  expect(topic.messages.edges.slice(-2).map(({ node }) => node)).toEqual(published);
  expect(published.map(({ key, value, headers }) => ({ key, value, headers }))).toEqual([
    { key: 'ale', value: mended, headers: { 'content-type': 'application/json', 'redrive-of': `0/${ale.offset}` } },
    { key: 'acme/ale', value: '{}', headers: { tenant: 'acme', 'redrive-of': `0/${acme.offset}` } },
  ]);
  // The log tells when, as soon as it has the message; what is still wrong is another letter.
  const since = { topic: 'menu.terms', from: acme.at };
  expect((await lettersOf(since, read)).filter(({ id }) => [ale.id, acme.id].includes(id))).toMatchObject([
    { id: acme.id, redriven: published[1]!.at },
    { id: ale.id, redriven: published[0]!.at },
  ]);
  const refused = answers.flatMap(({ errors }) => errors?.map(({ message }) => message) ?? []);
  expect(refused).toEqual([
    `Already sent again: "${ale.id}" at ${published[0]!.at}, "${acme.id}" at ${published[1]!.at}. What is still wrong with such a message is a dead letter of its own. Leave these out; nothing was sent.`,
  ]);
  expect(await refusal([ale.id], [mended])).toContain(`"${ale.id}" at ${published[0]!.at}`);
  await allTaken(world);
  const [still] = (await lettersOf({ topic: 'menu.terms', first: 1 })) as [Letter];
  expect(still).toMatchObject({ offset: published[1]!.offset, key: 'acme/ale', value: '{}', redriven: null });
  expect(still.headers).toEqual({ tenant: 'acme', 'redrive-of': `0/${acme.offset}` });
  // This one too can be mended, and its message does not say that it is of the first.
  const last = await gateway.query<{ redriveDeadLetters: { position: string } }>(redrive, {
    ids: [still.id],
    values: [term('ale', 'Brown Ale', 'acme').value],
  });
  expect((await messagesOf(world, 'menu.terms')).map(shown).at(-1)).toMatchObject({
    headers: { tenant: 'acme', 'redrive-of': `0/${still.offset}` },
  });
  expect(last.redriveDeadLetters.position).not.toBe(sent!.position);
});

test('what is sent again as it was is the same to the byte, also where it is no text', async () => {
  const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x22]);
  const position = await world.publisher.publish('menu.items', [{ key: Buffer.from([0xc3]), value: bytes }]);
  await allTaken(world);
  const [letter] = (await lettersOf({ topic: 'menu.items', first: 1 })) as [Letter];
  expect(letter).toMatchObject({ value: bytes.toString(), base64: bytes.toString('base64'), key: '\uFFFD' });
  await gateway.query(redrive, { ids: [letter.id] });
  const partition = position.findIndex((next) => next > 0);
  const again = (await messagesOf(world, 'menu.items')).findLast((message) => message.partition === partition)!;
  expect([again.key, again.value]).toEqual([Buffer.from([0xc3]), bytes]);
});

test('what cannot be sent again is refused with the reason, and nothing is sent', async () => {
  await world.publisher.publish('menu.terms', [{ key: 'x', value: 'no JSON' }]);
  await allTaken(world);
  await world.publisher.publish('dead.letters', [{ key: 'horses', value: 'written by hand' }]);
  const twin = { 'dead-letter-topic': 'menu.items', 'dead-letter-partition': '0', 'dead-letter-offset': '0' };
  await world.publisher.publish(
    'dead.letters',
    [twin, twin].map((headers) => ({ key: 'x', value: '', headers })),
  );
  const lost = { ...twin, 'dead-letter-offset': '999999' };
  await world.publisher.publish('dead.letters', [{ key: 'y', value: '', headers: lost }]);
  await allTaken(world);
  const found = await lettersOf({ first: 4 });
  const byHand = found.find(({ value }) => value === 'written by hand')!;
  expect(byHand).toMatchObject({ topic: '', partition: -1, offset: '', redriven: null, reason: '' });
  const twins = found.filter(({ topic, offset }) => topic === 'menu.items' && offset === '0').map(({ id }) => id);
  const gone = found.find(({ offset }) => offset === '999999')!;
  const [ofTerms] = (await lettersOf({ topic: 'menu.terms', first: 1 })) as [Letter];
  const before = (await messagesOf(world, 'menu.items')).length;
  expect(await refusal([])).toBe('ids must be 1 to 1000 dead letters, not 0.');
  expect(await refusal(Array.from({ length: 1_001 }, (_, at) => `0/${at}`))).toContain('not 1001');
  expect(await refusal([twins[0]!], ['a', 'b'])).toBe('values must be one for each of the 1 ids, not 2.');
  expect(await refusal(['0/4711471', 'x'])).toBe('There is no dead letter "x".');
  expect(await refusal(['0/4711471'])).toBe('There is no dead letter "0/4711471".');
  expect(await refusal(twins)).toContain('are about the same message');
  expect(await refusal([twins[0]!, twins[0]!])).toContain('are about the same message');
  expect(await refusal([twins[0]!, ofTerms.id])).toContain('send those of one at a time');
  expect(await refusal([byHand.id])).toContain('There is no topic ""');
  expect(await refusal([gone.id])).toContain('no longer has the messages');
  expect(await refusal([twins[0]!], ['x'.repeat(1_500_000)])).toContain('larger than menu.items takes');
  expect((await messagesOf(world, 'menu.items')).length).toBe(before);
});

test('a header that only looks like a record of a redrive does not hold up the log', async () => {
  const headers = ['x', '99999999999/1', '1/99999999999999999999', '-1/0', '0/999999999'];
  await world.publisher.publish(
    'air.results',
    headers.map((place) => ({ value: '', headers: { 'redrive-of': place } })),
  );
  await allTaken(world);
  expect((await allOf('air.results')).map(({ node }) => node.headers['redrive-of'])).toEqual(
    expect.arrayContaining(headers),
  );
});

test('a secret is seen nowhere, neither sealed nor where somebody has written it plainly', async () => {
  const start = 'mutation ($input: FeedInput!) { startFeed(input: $input) { success } }';
  const input = {
    id: 'graz',
    adapter: 'IQAIR_DAILY',
    endpoint: 'http://api.airvisual.com/v2/nearest_city',
    secretKey: 'hunter2',
  };
  await gateway.query(start, { input });
  const plain = { type: 'Feed', data: { id: 'wien', secret: 'hunter2' } };
  await world.publisher.publish('air.feeds', [{ key: 'wien', value: JSON.stringify(plain) }]);
  const since = new Date(Date.now() - 60_000).toISOString();
  const events = gateway.subscribe<Event>(live, { topic: 'air.feeds', since });
  const told = [(await events.next()).value!, (await events.next()).value!];
  await events.return!();
  await allTaken(world);
  const sealed = (await messagesOf(world, 'air.feeds')).flatMap(({ value }) => String(value).match(/v1\.[^"]+/) ?? []);
  expect(sealed).toHaveLength(1);
  const answers = [
    told,
    await allOf('air.feeds'),
    await allOf('dead.letters', { key: 'air.feeds' }),
    await lettersOf({ topic: 'air.feeds' }),
  ];
  for (const answer of answers) {
    expect(answer.length).toBeGreaterThan(0);
    const text = JSON.stringify(answer);
    for (const secret of ['hunter2', Buffer.from('hunter2').toString('base64').slice(0, 8), ...sealed])
      expect(text).not.toContain(secret);
  }
  expect(answers[1]!.map((edge) => (edge as Page['edges'][0]).node.value).sort()).toEqual([
    '***',
    expect.stringContaining('"secret":"***"'),
  ]);
});

test('where the log is away its fields alone fail', async () => {
  const { url } = await world.gateway({ CLICKHOUSE_URL: 'http://127.0.0.1:1' });
  const { data, errors } = await client(url).ask<{ topic: object }>(
    '{ topic(name: "menu.items") { name partitions { end } views { view lag } messages { edges { cursor } } } }',
  );
  expect(errors).toMatchObject([{ path: ['topic', 'messages'], extensions: { code: 'STORE_UNAVAILABLE' } }]);
  expect(data).toEqual({ topic: null });
  const apart = await client(url).ask('{ topics { name views { lag } } deadLetters { totalCount } }');
  expect(apart.errors).toMatchObject([{ path: ['deadLetters'], extensions: { code: 'STORE_UNAVAILABLE' } }]);
});

test('the command shows topics, messages and dead letters, and sends them again', async () => {
  const run = (...args: string[]) => command(args, environmentOf({ ...world.settings, LOG_LEVEL: 'silent' }));
  const printed = async (...args: string[]) => {
    const { exitCode, output } = run(...args);
    expect([await exitCode, output()]).toEqual([0, expect.stringMatching(/^\{/)]);
    return output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  const topic = 'occupancy.readings';
  const follower = run('messages', topic, '--follow', '--from', new Date(Date.now() + 1).toISOString());
  await world.publisher.publish(topic, [{ key: '7', value: '{"dpu_id": 7}' }]);
  await follower.says('"key":"7"');
  await allTaken(world);
  const [[found], [broken]] = await Promise.all([
    printed('messages', topic, '--key', '7'),
    printed('dead-letters', '--topic', topic),
  ]);
  const { cursor, ...message } = found!;
  expect(JSON.parse(follower.output())).toMatchObject(message);
  expect(broken).toMatchObject({ key: '7', redriven: null, reason: expect.stringContaining('timestamp') });
  const id = String(broken!.id);
  const mended = JSON.stringify({ dpu_id: 7, timestamp: '2026-01-31T12:00:00Z', direction: 1 });
  const redriving = run('dead-letters', 'redrive', id, '--values', '-');
  redriving.process.stdin.end(`${mended}\n`);
  expect([await redriving.exitCode, JSON.parse(redriving.output())]).toMatchObject([0, { accepted: 1 }]);
  await allTaken(world);
  const again = run('dead-letters', 'redrive', id);
  const [later, letters, facts] = await Promise.all([
    printed('messages', topic, '--key', '7', '--after', String(cursor)),
    printed('dead-letters', 'show', id),
    printed('topics', topic, '--json'),
  ]);
  expect(later).toMatchObject([{ value: mended }]);
  expect(letters).toMatchObject([{ value: '{"dpu_id": 7}', redriven: expect.any(String) }]);
  expect(facts).toMatchObject([{ name: topic, views: [{ view: 'log', lag: 0 }, { view: 'occupancy' }] }]);
  expect([await again.exitCode, again.output()]).toEqual([1, expect.stringContaining('Already sent again')]);
  follower.process.kill('SIGTERM');
  expect(await follower.exitCode).toBe(0);
});

test('every field of the subgraph was asked for', () => {
  expect(fieldsNotAsked('streams', asked)).toEqual([]);
});
