import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { peopleDemo } from '../ingest/people/demo.ts';
import type { PeopleMessage } from '../schema/people/messages.ts';
import { type Client, client } from './client.ts';
import { fieldsNotAsked } from './fields.ts';
import { acquisition, company, person, publish, stint } from './messages.ts';
import { openProxy } from './proxy.ts';
import { subscribeOverSse } from './sse.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let ingest: { stop(): Promise<void> };
let url: string;
let gateway: Client;

beforeAll(async () => {
  world = await openWorld({ READ_AFTER_TIMEOUT_MS: 30_000 }); // however slow the machine
  ingest = await world.ingest();
  url = (await world.gateway()).url;
  gateway = client(url);
});
afterAll(() => world[Symbol.asyncDispose]());

interface Change {
  kind: string;
  cursor: string;
  at: string;
  person: { id: string; name: string | null } | null;
  company: { id: string; name: string | null; headcount: number | null } | null;
  employment: {
    title: string | null;
    startDate: string | null;
    endDate: string | null;
    current: boolean;
    person: { id: string; name: string | null };
    company: { id: string };
  } | null;
  acquisition: { merged: boolean; acquirer: { id: string }; acquired: { id: string } } | null;
}
type Answer = { graphChanged: Change };

const everything = `kind at cursor person { id name } company { id name headcount }
  employment { title startDate endDate current person { id name } company { id } }
  acquisition { merged acquirer { id } acquired { id } }`;
const subscription = `subscription ($person: ID, $company: ID, $kinds: [GraphChangeKind!], $after: Cursor, $since: DateTime, $until: DateTime) {
  graphChanged(person: $person, company: $company, kinds: $kinds, after: $after, since: $since, until: $until) { ${everything} } }`;

const subscribe = (variables: Record<string, unknown> = {}) => gateway.subscribe<Answer>(subscription, variables);

async function take(events: AsyncIterator<Answer>, count: number): Promise<Change[]> {
  const taken: Change[] = [];
  while (taken.length < count) {
    const { done, value } = await events.next();
    if (done) throw new Error(`ended after ${taken.length} of ${count} events`);
    taken.push(value.graphChanged);
  }
  return taken;
}

async function all(events: AsyncIterable<Answer>): Promise<Change[]> {
  const taken: Change[] = [];
  for await (const { graphChanged } of events) taken.push(graphChanged);
  return taken;
}

/** What a message is about, in a word that an event about the same has too. */
function about(change: Change | PeopleMessage): string {
  if ('type' in change)
    switch (change.type) {
      case 'Person':
        return `person ${change.data.person_id}`;
      case 'Company':
        return `company ${change.data.company_id}`;
      case 'CompanyAcquisition':
        return `${change.data.parent_company_id} bought ${change.data.acquired_company_id}`;
      case 'PersonEmployment': {
        const { person_id, company_id, employment_title: title, start_date: start, end_date: end } = change.data;
        return `${person_id} at ${company_id}: ${title} ${start?.slice(0, 10)} ${end?.slice(0, 10)}`;
      }
    }
  const { kind, employment, acquisition: bought } = change;
  if (kind === 'PERSON') return `person ${change.person!.id}`;
  if (kind === 'COMPANY') return `company ${change.company!.id}`;
  if (bought) return `${bought.acquirer.id} bought ${bought.acquired.id}`;
  const { person: who, company: where, title, startDate, endDate } = employment!;
  return `${who.id} at ${where.id}: ${title} ${startDate ?? undefined} ${endDate ?? undefined}`;
}

/** A time after everything that has been published, and before everything that will be. */
const now = () => new Date(Date.now() + 1).toISOString();

/** A message that nothing else is about. */
const probe = person(1, 'Probe');
const isProbe = (change: Change) => change.person?.id === '1';

/**
 * Publishes until a subscription that begins now has shown that it is live.
 * @returns its next events, without those of the publishing here
 */
async function live(events: AsyncIterator<Answer>): Promise<(count: number) => Promise<Change[]>> {
  const first = events.next();
  let isLive = false;
  const noted = first.finally(() => {
    isLive = true;
  });
  while (!isLive) {
    await publish(gateway, [probe]);
    await Promise.race([noted, delay(50)]);
  }
  return async (count) => {
    const taken: Change[] = [];
    while (taken.length < count) taken.push(...(await take(events, 1)).filter((change) => !isProbe(change)));
    return taken;
  };
}

/** The events of a subscription over server-sent events, and what ends it as a browser does. */
async function subscribeBySse(variables: object = {}) {
  const gone = new AbortController();
  const stream = await subscribeOverSse(url, subscription, variables, gone.signal);
  async function* answers(): AsyncGenerator<Answer> {
    for await (const { event, data } of stream) {
      if (event === 'complete') return;
      const { data: answer, errors } = JSON.parse(data) as { data: Answer; errors?: unknown };
      if (errors) throw new Error(JSON.stringify(errors));
      yield answer;
    }
  }
  return { events: answers(), leave: () => gone.abort() };
}

test('every kind of change comes live, over WebSocket and server-sent events, with all it is about', async () => {
  const byWebSocket = subscribe();
  const { events: bySse, leave } = await subscribeBySse();
  const ofCompany = subscribe({ company: 22, kinds: ['PERSON', 'EMPLOYMENT', 'ACQUISITION'], since: now() });
  const [fromWebSocket, fromSse] = await Promise.all([live(byWebSocket), live(bySse)]);
  const started = Date.now();
  const told: [Change[], Change[]] = [[], []];
  // Each when the one before has come, because the order of messages with different keys is not promised.
  for (const message of [
    person(11, 'Ada Lindqvist'),
    company(21, 'Northwind', 40),
    stint(11, 21, 'Engineer', '2020-01-01 00:00:00', null),
    stint(12, 22, null, null, '2021-01-01'),
    acquisition(21, 22, true),
  ]) {
    await publish(gateway, [message]);
    for (const [at, next] of [fromWebSocket, fromSse].entries()) told[at]!.push(...(await next(1)));
  }

  const ada = { id: '11', name: 'Ada Lindqvist' };
  const northwind = { id: '21', name: 'Northwind', headcount: 40 };
  const blank = { person: null, company: null, employment: null, acquisition: null };
  const engineer = { title: 'Engineer', startDate: '2020-01-01', endDate: null, current: true };
  const unknown = { title: null, startDate: null, endDate: '2021-01-01', current: false };
  const nobody = { id: '12', name: null };
  const nothing = { id: '22', name: null, headcount: null };
  const expected = [
    { ...blank, kind: 'PERSON', person: ada },
    { ...blank, kind: 'COMPANY', company: northwind },
    {
      ...blank,
      kind: 'EMPLOYMENT',
      person: ada,
      company: northwind,
      employment: { ...engineer, person: ada, company: { id: '21' } },
    },
    {
      ...blank,
      kind: 'EMPLOYMENT',
      person: nobody,
      company: nothing,
      employment: { ...unknown, person: nobody, company: { id: '22' } },
    },
    {
      ...blank,
      kind: 'ACQUISITION',
      acquisition: { merged: true, acquirer: { id: '21' }, acquired: { id: '22' } },
    },
  ];
  for (const changes of told) {
    expect(changes.map(({ cursor, at, ...change }) => change)).toEqual(expected);
    for (const { at } of changes) {
      expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(Math.abs(new Date(at).getTime() - started)).toBeLessThan(5_000);
    }
    expect(new Set(changes.map(({ cursor }) => cursor)).size).toBe(5);
  }
  expect((await take(ofCompany, 2)).map(about)).toEqual(['12 at 22: null undefined 2021-01-01', '21 bought 22']);
  await byWebSocket.return!();
  await ofCompany.return!();
  leave();
});

describe('of a past that is over', () => {
  const told = peopleDemo();
  let since: string;
  let until: string;
  /** Of an event under no filter. */
  let cursor: string;

  beforeAll(async () => {
    since = now();
    await delay(2); // the next millisecond
    await publish(gateway, told.slice(0, 60));
    const bad = ['{"type":"Person"', null, `{"type":"Company","data":${'['.repeat(50_000)}${']'.repeat(50_000)}}`];
    await world.publisher.publish(
      'people.events',
      [1, 2, 3, 4, 5].flatMap((key) => bad.map((value) => ({ key: String(key), value }))),
    );
    await publish(gateway, told.slice(60));
    until = now();
    const events = subscribe({ since });
    [{ cursor }] = (await take(events, 1)) as [Change];
    await events.return!();
  });

  type Filter = { person?: number; company?: number; kinds?: string[] };
  const kindOf = {
    Person: 'PERSON',
    Company: 'COMPANY',
    CompanyAcquisition: 'ACQUISITION',
    PersonEmployment: 'EMPLOYMENT',
  };
  const matches = ({ type, data }: PeopleMessage, { person, company, kinds }: Filter) => {
    const ids = data as Record<string, unknown>;
    const companies = [ids.company_id, ids.parent_company_id, ids.acquired_company_id];
    return (
      (person === undefined || ids.person_id === person) &&
      (company === undefined || companies.includes(company)) &&
      (kinds === undefined || kinds.includes(kindOf[type]))
    );
  };

  test.each<[count: number, filter: Filter]>([
    [told.length, {}],
    [4, { person: 1001 }],
    [9, { company: 2001 }],
    [8, { kinds: ['ACQUISITION'] }],
    [64, { kinds: ['COMPANY', 'PERSON'] }],
    [2, { person: 1001, company: 2002 }],
    [6, { company: 2001, kinds: ['EMPLOYMENT'] }],
    [0, { person: 1001, kinds: ['COMPANY'] }],
    [0, { company: 1001 }],
    [0, { kinds: [] }],
  ])('%i changes match %o, those that were published between `since` and `until`', async (count, filter) => {
    const expected = told.filter((message) => matches(message, filter)).map(about);
    expect(expected).toHaveLength(count);
    const changes = await all(subscribe({ ...filter, since, until }));
    expect(changes.map(about).sort()).toEqual(expected.sort());
    for (const { at } of changes) expect(since <= at && at < until).toBe(true);
  });

  test('after the cursor of any event come exactly the others, in the order of each key', async () => {
    const whole = await all(subscribe({ since, until }));
    for (const cut of [0, 1, 57, whole.length - 2, whole.length - 1]) {
      const rest = await all(subscribe({ after: whole[cut]!.cursor, until }));
      const expected = whole.slice(cut + 1);
      expect(rest.map(about).sort()).toEqual(expected.map(about).sort());
      const ofAda = (changes: Change[]) => changes.filter(({ person }) => person?.id === '1001').map(about);
      expect(ofAda(rest)).toEqual(ofAda(expected));
    }
  });

  test('after a cursor of the past come the rest of the past and then what happens now, nothing twice', async () => {
    const filter = { company: 2001 };
    const whole = await all(subscribe({ ...filter, since, until }));
    const { events, leave } = await subscribeBySse({ ...filter, after: whole[6]!.cursor });
    const rest = await take(events, whole.length - 7);
    expect(rest.map(about).sort()).toEqual(whole.slice(7).map(about).sort());
    await publish(gateway, [company(2002, 'Not asked for'), company(2001, 'Northwind at last', 7)]);
    const [last] = await take(events, 1);
    expect(last!.company).toEqual({ id: '2001', name: 'Northwind at last', headcount: 7 });
    leave();
  });

  type Given = Record<string, unknown>;
  test.each<[code: string, what: string, variables: (cursor: string) => Promise<Given> | Given]>([
    ['CURSOR_INVALID', 'a text that is no cursor', () => ({ after: 'nonsense' })],
    ['CURSOR_INVALID', 'a truncated cursor', (cursor) => ({ after: cursor.slice(0, -1) })],
    ['CURSOR_INVALID', 'an edited cursor', (cursor) => ({ after: edited(cursor) })],
    ['CURSOR_FOREIGN', 'a cursor under another person', (after) => ({ after, person: 1001 })],
    ['CURSOR_FOREIGN', 'a cursor under another company', (after) => ({ after, company: 1001 })],
    ['CURSOR_FOREIGN', 'a cursor under other kinds', (after) => ({ after, kinds: ['PERSON'] })],
    ['CURSOR_FOREIGN', 'a receipt', async () => ({ after: (await publish(gateway, [probe]))['Read-After'] })],
    ['BAD_USER_INPUT', 'two places to start', (after) => ({ after, since: '2020-01-01T00:00:00Z' })],
    ['BAD_USER_INPUT', 'a person without a number', () => ({ person: 'x' })],
    ['BAD_USER_INPUT', 'a time that is none', () => ({ since: 'yesterday' })],
    ['BAD_USER_INPUT', 'a kind that is none', () => ({ kinds: ['DOG'] })],
  ])('%s for %s', async (code, _, variables) => {
    const given = await variables(cursor);
    await expect(all(subscribe(given))).rejects.toSatisfy((error) => codeOf(error) === code);
    const bySse = async () => all((await subscribeBySse(given)).events);
    await expect(bySse()).rejects.toSatisfy((error) => codeOf(error) === code);
  });

  test("an event's cursor is no receipt", async () => {
    const { errors } = await gateway.ask('{ person(id: 1) { id } }', {}, { 'Read-After': cursor });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['CURSOR_FOREIGN']);
  });
});

function edited(cursor: string): string {
  return cursor.replace(/.(?=.{30}$)/, (letter) => (letter === 'A' ? 'B' : 'A'));
}

/** Over WebSocket a refusal is a list of errors, over HTTP the text of one. */
function codeOf(error: unknown): string | undefined {
  return /"code":"(\w+)"/.exec(error instanceof Error ? error.message : JSON.stringify(error))?.[1];
}

test('a query in the handler of an event sees what the event tells', async () => {
  const events = subscribe({ person: 31, since: now() });
  const publishing = (async () => {
    for (let at = 0; at < 40; at++) await publish(gateway, [person(31, `Name ${at}`)]);
  })();
  const numberOf = (found: { name: string | null } | null) => Number(found?.name?.slice(5) ?? -1);
  for (let at = 0; at < 40; at++) {
    const [change] = await take(events, 1);
    const { person: seen } = await gateway.query<{ person: { name: string } }>('{ person(id: 31) { name } }');
    expect(numberOf(change!.person)).toBeGreaterThanOrEqual(at);
    expect(numberOf(seen)).toBeGreaterThanOrEqual(at);
  }
  await publishing;
  await events.return!();
});

test('while the graph is behind, events wait for it', async () => {
  world.settings.READ_AFTER_TIMEOUT_MS = 500;
  const hasty = client((await world.gateway()).url);
  await ingest.stop();
  const events = subscribe({ person: 32, since: now() });
  const next = take(events, 1);
  let hasCome = false;
  const noted = next.finally(() => {
    hasCome = true;
  });
  const read = await publish(gateway, [person(32, 'Held back')]);
  const { errors } = await hasty.ask('{ person(id: 32) { name } }', {}, read);
  expect([errors?.[0]?.extensions.code, hasCome]).toEqual(['READ_AFTER_TIMEOUT', false]);
  ingest = await world.ingest();
  expect((await noted)[0]!.person).toEqual({ id: '32', name: 'Held back' });
  await events.return!();
});

test('clients that go away, in whatever way and whatever they wait for, leave nothing behind', async () => {
  const admin = world.kafka.admin();
  await admin.connect();
  const tails = async () => {
    const { groups } = await admin.listGroups();
    return groups.filter(({ groupId }) => groupId.startsWith(`${world.settings.KAFKA_PREFIX}tributary.tail.`)).length;
  };
  const byWebSocket = subscribe();
  const bySse = await subscribeBySse();
  const abrupt = await rawSubscriber(subscription);
  await Promise.all([live(byWebSocket), live(bySse.events)]);
  expect(await tails()).toBeGreaterThan(0);

  // These wait for a graph that does not come.
  await ingest.stop();
  const heldBack = [await subscribeBySse({ person: 33, since: now() }), await subscribeBySse({ person: 33 })];
  const waiting = heldBack.map(({ events }) => events.next().catch(() => {}));
  await publish(gateway, [person(33, 'Held back')]);

  await byWebSocket.return!();
  bySse.leave();
  abrupt.terminate();
  for (const { leave } of heldBack) leave();
  await Promise.all(waiting);
  while ((await tails()) > 0) await delay(100); // it lingers for five seconds
  await admin.disconnect();
  ingest = await world.ingest();
});

/** A subscriber that speaks graphql-transport-ws by hand, so that it can vanish without a word. */
async function rawSubscriber(query: string): Promise<WebSocket> {
  const variables = { since: now() };
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const hasEvent = new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
    socket.on('message', (text) => {
      const { type } = JSON.parse(String(text)) as { type: string };
      if (type === 'connection_ack')
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } }));
      if (type === 'next') resolve();
    });
  });
  await publish(gateway, [probe]);
  await hasEvent;
  return socket;
}

test('every field of the subscription is asked for above', () => {
  const left = fieldsNotAsked('people', [subscription]);
  expect(left.filter((field) => /^(Subscription|GraphChange)\./.test(field))).toEqual([]);
});

test('an event waits for a graph that is away, and comes whole when it is back (S28)', async () => {
  await using proxy = await openProxy(new URL(world.settings.NEO4J_URI));
  const apart = await world.gateway({ NEO4J_URI: `bolt://127.0.0.1:${proxy.port}` });
  const events = client(apart.url).subscribe<Answer>(subscription, { person: '7001', since: new Date().toISOString() });
  await publish(gateway, [person(7001, 'Before')]);
  expect((await take(events, 1))[0]).toMatchObject({ person: { name: 'Before' } });
  proxy.cut();
  const read = await publish(gateway, [person(7001, 'After')]);
  const next = take(events, 1);
  expect(await gateway.query('{ person(id: 7001) { name } }', {}, read)).toEqual({ person: { name: 'After' } });
  const { errors } = await client(apart.url).ask('{ person(id: 7001) { name } }');
  expect(errors?.[0]?.extensions.code).toBe('STORE_UNAVAILABLE');
  proxy.mend();
  expect((await next)[0]).toMatchObject({ person: { name: 'After' } });
  await events.return?.();
  await apart.stop();
});
