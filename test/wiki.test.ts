import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toWikiEdit, type WikiEdit } from '../schema/wiki/edit.ts';
import { editFilter, matches } from '../subgraphs/wiki/filter.ts';
import type { WikiFilter } from '../subgraphs/wiki/types.ts';
import { type Client, client } from './client.ts';
import { fieldsNotAsked } from './fields.ts';
import { company, publish } from './messages.ts';
import { openProxy } from './proxy.ts';
import { publishEvents, wikiEvent } from './wikiEvents.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let gateway: Client;
const asked = new Set<string>();

beforeAll(async () => {
  world = await openWorld();
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
afterAll(() => world[Symbol.asyncDispose]());

interface Page {
  totalCount: number;
  edges: { cursor: string; node: { id: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

const page = `totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;
const everything = `__typename id wiki type title user bot minor namespace comment time oldLength newLength delta revision url raw`;
const list = `query ($from: DateTime, $to: DateTime, $where: WikiFilter, $first: Int, $after: String) {
  wikiEdits(from: $from, to: $to, where: $where, first: $first, after: $after) { ${page} } }`;

async function edits(variables: object, headers?: Record<string, string>): Promise<Page> {
  return (await gateway.query<{ wikiEdits: Page }>(list, variables, headers)).wikiEdits;
}

const idsOf = ({ edges }: Page) => edges.map(({ node }) => node.id);

/** What the graph should say about an event. */
function shown(event: Record<string, unknown>) {
  const { time, ...edit } = toWikiEdit(event, { topic: 'wiki.edits', partition: 0, offset: 0 });
  return { __typename: 'WikiEdit', ...edit, time: new Date(time).toISOString(), raw: event };
}

describe('every kind of event', () => {
  const at = '2010-05-01T12:00:00Z';
  const odd = [
    wikiEvent('kind-edit', at, {
      notify_url: 'https://en.example/w/?diff=2',
      comment: 'Ünïcode 😀',
      unknown: { a: [1] },
    }),
    wikiEvent('kind-new', at, { type: 'new', length: { new: 156 }, revision: { new: 7 }, minor: true }),
    wikiEvent('kind-log', at, { type: 'log', id: undefined, namespace: -1, length: undefined, revision: undefined }),
    wikiEvent('kind-categorize', at, { type: 'categorize', namespace: 14, minor: undefined, bot: true }),
    wikiEvent('kind-external', at, { type: 'external', user: undefined, comment: undefined }),
    wikiEvent('kind-number', at, { type: 3, title_url: 'https://en.example/wiki/X' }),
    wikiEvent('kind-older', at, { $schema: undefined, timestamp: undefined }),
    wikiEvent('kind-shorter', at, { length: { old: 500, new: 20 }, user: '192.0.2.7' }),
  ];

  test('comes with all its fields, and as it was sent', async () => {
    const read = await publishEvents(world, odd);
    for (const event of odd) {
      const expected = shown(JSON.parse(JSON.stringify(event)));
      const { wikiEdit } = await gateway.query<{ wikiEdit: unknown }>(
        `query ($id: ID!) { wikiEdit(id: $id) { ${everything} } }`,
        { id: expected.id },
        read,
      );
      expect(wikiEdit).toEqual(expected);
    }
    expect(await gateway.query('{ wikiEdit(id: "nobody") { id } }')).toEqual({ wikiEdit: null });
  });

  test('is taken once, however often it comes, and one without an id is known by its place', async () => {
    const again = { from: '2010-06-01T00:00:00Z', to: '2010-07-01T00:00:00Z' };
    const event = wikiEvent('again', '2010-06-01T00:00:00Z');
    const nameless = () => wikiEvent('', '2010-06-01T00:00:01Z', { meta: { domain: 'en.example' } });
    await publishEvents(world, [event, event]);
    const read = await publishEvents(world, [event, nameless(), nameless()]);
    const found = await edits(again, read);
    expect(found.totalCount).toBe(3);
    expect(idsOf(found)[2]).toBe('again');
    expect(idsOf(found)[0]).toMatch(/^wiki\.edits\/\d+\/\d+$/);
    expect(idsOf(found)[1]).toMatch(/^wiki\.edits\/\d+\/\d+$/);
  });

  test('that cannot be understood goes to dead.letters with the reason, and holds up nothing', async () => {
    const span = { from: '2010-08-01T00:00:00Z', to: '2010-09-01T00:00:00Z' };
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const bad: [string | null, string][] = [
      ['{"type":', 'not JSON: Unexpected end of JSON input'],
      [null, 'the message has no value; wiki.edits takes no deletions'],
      [`{"type":"edit","x":${deep}}`, 'the message is nested deeper than 32 levels'],
      [JSON.stringify(wikiEvent('bad', 0)), 'timestamp 0 is not a time in seconds between 2001 and 2099'],
      [JSON.stringify(wikiEvent('bad', span.from, { bot: 1 })), 'bot must be boolean, not 1'],
    ];
    const read = await publishEvents(
      world,
      bad.flatMap(([text], at) => [text, wikiEvent(`good-${at}`, span.from, { comment: 'half \ud800 a pair' })]),
    );
    expect((await edits(span, read)).totalCount).toBe(bad.length);
    const letters = async () => {
      const result = await world.clickhouse.query({
        query: `SELECT JSONExtractString(headers, 'dead-letter-reason') AS reason, value FROM log FINAL
                WHERE topic = 'dead.letters' AND JSONExtractString(headers, 'dead-letter-topic') = 'wiki.edits'`,
        format: 'JSONEachRow',
      });
      return result.json<{ reason: string; value: string | null }>();
    };
    while ((await letters()).length < bad.length) await delay(50);
    const byReason = (a: { reason: string }, b: { reason: string }) => (a.reason < b.reason ? -1 : 1);
    expect((await letters()).sort(byReason)).toEqual(bad.map(([value, reason]) => ({ reason, value })).sort(byReason));
  });
});

describe('lists', () => {
  const from = '2011-01-01T00:00:00.000Z';
  const to = '2011-02-01T00:00:00.000Z';
  const month = { from, to };
  const wikis = ['enwiki', 'dewiki', 'commonswiki'];
  const comments = ['', 'Straße repariert', 'STRASSE', 'typo', 'TYPO 100% [a_b]\\', 'ΟΔΥΣΣΕΥΣ'];
  // Several a second, so that the id has to decide.
  const many = Array.from({ length: 240 }, (_, at) =>
    wikiEvent(`list-${(at * 7919) % 240}`, Date.parse(from) + Math.floor(at / 5) * 1_000, {
      wiki: wikis[at % 3],
      type: ['edit', 'new', 'log', 'categorize'][at % 4],
      title: `Page ${at % 11}`,
      user: `User ${at % 7}`,
      namespace: [0, 1, -1, 14][at % 4],
      bot: at % 5 === 0,
      minor: at % 6 === 0,
      comment: comments[at % comments.length],
      length: { old: 1000, new: 1000 + ((at * 37) % 200) - 100 },
    }),
  );
  const reference: WikiEdit[] = many
    .map((event) => toWikiEdit(event, { topic: 'wiki.edits', partition: 0, offset: 0 }))
    .sort((a, b) => b.time - a.time || (a.id < b.id ? 1 : -1));
  let read: Record<string, string>;

  beforeAll(async () => {
    read = await publishEvents(world, many);
    // Everything twice, so that nothing may count rows.
    read = await publishEvents(world, many);
  });

  const filters: WikiFilter[] = [
    {},
    { wikis: ['dewiki'] },
    { wikis: ['dewiki', 'enwiki', 'dewiki'], bot: true },
    { types: ['new', 'log'], minor: false },
    { titles: ['Page 3'] },
    { users: ['User 2', 'User 5'] },
    { namespaces: [-1, 14] },
    { namespaces: [] },
    { wikis: [] },
    { bot: false, minor: true },
    { comment: 'strasse' },
    { comment: 'ẞ' },
    { comment: '100% [A_B]\\' },
    { comment: 'οδυσσευσ' },
    { comment: '' },
    { comment: "'; DROP TABLE wiki_edits; --" },
    { wikis: ['commonswiki'], types: ['edit'], titles: ['Page 1', 'Page 2', 'Page 8'], comment: 'T' },
  ];

  test.each(filters)('hold what matches %o, newest first, in history as in the stream', async (where) => {
    const expected = reference.filter((edit) => matches(edit, editFilter(where))).map(({ id }) => id);
    const found = await edits({ ...month, where, first: 1000 }, read);
    expect(idsOf(found)).toEqual(expected);
    expect(found.totalCount).toBe(expected.length);
    const streamed = new Set<string>();
    const since = new Date(0).toISOString();
    const until = new Date(Date.now() + 1).toISOString();
    for await (const { wikiEdits } of gateway.subscribe<{ wikiEdits: { edit: { id: string; time: string } } }>(
      'subscription ($where: WikiFilter, $since: DateTime, $until: DateTime) { wikiEdits(where: $where, since: $since, until: $until) { edit { id time } } }',
      { where, since, until },
    ))
      if (wikiEdits.edit.time >= from && wikiEdits.edit.time < to) streamed.add(wikiEdits.edit.id);
    expect([...streamed].sort()).toEqual([...expected].sort());
  });

  test('are bounded by from and, without it, to', async () => {
    const half = new Date(Date.parse(from) + 24_000).toISOString();
    const before = await edits({ from, to: half, first: 1000 }, read);
    const after = await edits({ from: half, to, first: 1000 }, read);
    expect([...idsOf(after), ...idsOf(before)]).toEqual(reference.map(({ id }) => id));
    expect([before.totalCount, after.totalCount]).toEqual([120, 120]);
    expect((await edits({ from: half, to: half }, read)).totalCount).toBe(0);
    expect(idsOf(await edits({ to, first: 3 }, read))).toEqual(reference.slice(0, 3).map(({ id }) => id));
  });

  test.each([1, 7, 100, 239, 240])('come in pages of %i without a gap', async (first) => {
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const found: Page = await edits({ ...month, first, after }, read);
      seen.push(...idsOf(found));
      expect(found.pageInfo.hasPreviousPage).toBe(after !== null);
      after = found.pageInfo.endCursor;
      more = found.pageInfo.hasNextPage;
    }
    expect(seen).toEqual(reference.map(({ id }) => id));
  });

  test('show every edit that was there once, while others come', async () => {
    const span = { from: '2011-03-01T00:00:00Z', to: '2011-04-01T00:00:00Z' };
    const at = (second: number) => Date.parse(span.from) + second * 1_000;
    const there = Array.from({ length: 60 }, (_, second) => wikiEvent(`there-${second}`, at(second)));
    let header = await publishEvents(world, there);
    const seen: string[] = [];
    for (let after: string | null = null, more = true, turn = 0; more; turn++) {
      const found: Page = await edits({ ...span, first: 7, after }, header);
      seen.push(...idsOf(found));
      after = found.pageInfo.endCursor;
      more = found.pageInfo.hasNextPage;
      // One newer than all, one where the reader has been, one where it will be.
      header = await publishEvents(world, [
        wikiEvent(`newer-${turn}`, at(100 + turn)),
        wikiEvent(`been-${turn}`, at(58)),
        wikiEvent(`later-${turn}`, at(1)),
        there[turn]!,
      ]);
    }
    expect(seen.filter((id) => id.startsWith('there'))).toEqual(there.map((_, second) => `there-${59 - second}`));
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => id.startsWith('newer'))).toEqual([]);
    expect(seen.filter((id) => id.startsWith('later')).length).toBeGreaterThan(5);
  });

  test('of activity hold every bucket, also the empty ones', async () => {
    const activity = async (variables: object) =>
      (
        await gateway.query<{ wikiActivity: object[] }>(
          `query ($from: DateTime!, $to: DateTime!, $every: String!, $where: WikiFilter) {
            wikiActivity(from: $from, to: $to, every: $every, where: $where) { start edits bots users bytesAdded bytesRemoved } }`,
          variables,
          read,
        )
      ).wikiActivity;
    const expected = (begin: string, end: string, everyMs: number, where: WikiFilter) => {
      const buckets: object[] = [];
      for (let start = Date.parse(begin); start < Date.parse(end); start += everyMs) {
        const inside = reference.filter(
          (edit) =>
            edit.time >= start &&
            edit.time < Math.min(start + everyMs, Date.parse(end)) &&
            matches(edit, editFilter(where)),
        );
        const sum = (sign: number) => inside.reduce((total, { delta }) => total + Math.max(0, sign * (delta ?? 0)), 0);
        buckets.push({
          start: new Date(start).toISOString(),
          edits: inside.length,
          bots: inside.filter(({ bot }) => bot).length,
          users: new Set(inside.map(({ user }) => user)).size,
          bytesAdded: sum(1),
          bytesRemoved: sum(-1),
        });
      }
      return buckets;
    };
    const odd = '2010-12-31T23:59:50.500Z';
    const end = '2011-01-01T00:01:30.000Z';
    for (const where of [{}, { bot: true }, { comment: 'typo' }, { wikis: [] }])
      for (const [begin, every, ms] of [
        [from, 'PT10S', 10_000],
        [odd, 'PT7S', 7_000],
        [odd, 'PT1.5S', 1_500],
        [odd, 'P1D', 86_400_000],
      ] as const)
        expect(await activity({ from: begin, to: end, every, where })).toEqual(expected(begin, end, ms, where));
    expect(await activity({ from, to: from, every: 'PT1M' })).toEqual([]);
  });

  test('of ranks are right for every dimension', async () => {
    const keys: Record<string, (edit: WikiEdit) => string> = {
      TITLE: ({ title }) => title,
      USER: ({ user }) => user,
      WIKI: ({ wiki }) => wiki,
      NAMESPACE: ({ namespace }) => String(namespace),
      TYPE: ({ type }) => type,
      BOT: ({ bot }) => String(bot),
    };
    for (const [by, keyOf] of Object.entries(keys))
      for (const where of [{}, { wikis: ['enwiki'], bot: false }]) {
        const groups = Map.groupBy(
          reference.filter((edit) => matches(edit, editFilter(where))),
          keyOf,
        );
        const expected = [...groups]
          .map(([key, of]) => ({ key, edits: of.length, delta: of.reduce((sum, { delta }) => sum + delta!, 0) }))
          .sort((a, b) => b.edits - a.edits || (a.key < b.key ? -1 : 1));
        const { wikiTop } = await gateway.query<{ wikiTop: object[] }>(
          `query ($by: WikiDimension!, $from: DateTime!, $to: DateTime!, $where: WikiFilter, $first: Int) {
            wikiTop(by: $by, from: $from, to: $to, where: $where, first: $first) { key edits delta } }`,
          { by, ...month, where, first: 8 },
          read,
        );
        expect(wikiTop).toEqual(expected.slice(0, 8));
      }
  });

  test('of a company hold the edits of pages of its name', async () => {
    await publish(gateway, [
      company(5001, 'Page 3'),
      company(5002, 'Page 4'),
      company(5003, null),
      company(5004, 'Page 3'),
    ]);
    const people = await publish(gateway, [company(5005, 'Nobody writes about it')]);
    await gateway.query('{ company(id: 5005) { name } }', {}, people);
    const of = (title: string) => reference.filter((edit) => edit.title === title).map(({ id }) => id);
    const expected = { 5001: of('Page 3'), 5002: of('Page 4'), 5003: [], 5004: of('Page 3'), 5005: [] };
    for (const [id, ids] of Object.entries(expected)) {
      const seen: string[] = [];
      for (let after: string | null = null, more = true; more; ) {
        const { company }: { company: { wikiEdits: Page } } = await gateway.query(
          `query ($id: ID!, $from: DateTime, $to: DateTime, $after: String) {
            company(id: $id) { wikiEdits(from: $from, to: $to, first: 10, after: $after) { ${page} } } }`,
          { id, ...month, after },
          read,
        );
        expect(company.wikiEdits.totalCount).toBe(ids.length);
        seen.push(...idsOf(company.wikiEdits));
        after = company.wikiEdits.pageInfo.endCursor;
        more = company.wikiEdits.pageInfo.hasNextPage;
      }
      expect(seen).toEqual(ids);
    }
  });
});

describe('a bad request is refused with a code, and says what is wrong:', () => {
  const activity = (every: string, to = '2020-01-02T00:00:00Z') =>
    `{ wikiActivity(from: "2020-01-01T00:00:00Z", to: "${to}", every: "${every}") { edits } }`;
  const duration =
    'every must be an ISO 8601 duration of weeks, days, hours, minutes or seconds, such as PT1M or P1D, not ';
  test.each<[code: string, message: string, query: string]>([
    ['BAD_USER_INPUT', `${duration}"P1M".`, activity('P1M')],
    ['BAD_USER_INPUT', `${duration}"".`, activity('')],
    [
      'BAD_USER_INPUT',
      'From 2020-01-01T00:00:00.000Z to 2020-01-02T00:00:00.000Z are 86400 buckets of PT1S; ask for at most 10000, with longer buckets or a shorter time.',
      activity('PT1S'),
    ],
    [
      'BAD_USER_INPUT',
      'from 2020-01-01T00:00:00.000Z is after to 2019-01-01T00:00:00.000Z.',
      activity('PT1H', '2019-01-01T00:00:00Z'),
    ],
    ['BAD_USER_INPUT', 'first must be between 0 and 1000, not 1001.', '{ wikiEdits(first: 1001) { totalCount } }'],
    [
      'BAD_USER_INPUT',
      'first must be between 0 and 1000, not -1.',
      '{ wikiTop(by: WIKI, from: "2020-01-01T00:00:00Z", to: "2020-01-01T00:00:00Z", first: -1) { key } }',
    ],
    [
      'BAD_USER_INPUT',
      'after is not a cursor of this list. Use an endCursor of the same field.',
      '{ wikiEdits(after: "nonsense") { totalCount } }',
    ],
  ])('%s: %s', async (code, message, query) => {
    const { errors } = await gateway.ask(query);
    expect(errors?.map(({ extensions, message }) => [extensions.code, message])).toEqual([[code, message]]);
  });

  test('a list that is too long', async () => {
    const titles = Array.from({ length: 1001 }, (_, at) => `T ${at}`);
    const { errors } = await gateway.ask(list, { where: { titles } });
    expect(errors?.[0]?.message).toBe('where.titles holds 1001 values; give at most 1000.');
    expect((await edits({ where: { titles: titles.slice(1) } })).totalCount).toBe(0);
  });

  test('a filter that is longer than ClickHouse takes, and not one that is as long as promised', async () => {
    const long = (letters: number) => Array.from({ length: 1000 }, (_, at) => `${at}`.padStart(letters, "'"));
    const lists = { titles: long(49), users: long(49), wikis: long(49), comment: 'é'.repeat(49_000) };
    expect((await edits({ where: lists })).totalCount).toBe(0);
    for (const where of [{ titles: long(60) }, { comment: 'a'.repeat(100_000) }]) {
      const { errors } = await gateway.ask(list, { where });
      expect(errors?.map(({ extensions, message }) => [extensions.code, message])).toEqual([
        ['BAD_USER_INPUT', expect.stringMatching(/^where\.(titles|comment) takes \d+ bytes .* at most 100000\.$/)],
      ]);
    }
    const { errors } = await gateway.ask('query ($id: ID!) { wikiEdit(id: $id) { id } }', { id: 'x'.repeat(200_000) });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });

  test('a page cursor of no time', async () => {
    const cursor = (time: number) => Buffer.from(JSON.stringify([time, 'x'])).toString('base64url');
    const { errors } = await gateway.ask(list, { after: cursor(1e30) });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
    for (const time of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])
      expect((await gateway.ask(list, { after: cursor(time), first: 1 })).errors).toBeUndefined();
  });
});

interface EditEvent {
  wikiEdits: { edit: { id: string }; cursor: string; at: string };
}
const watch = `subscription ($where: WikiFilter, $after: Cursor, $since: DateTime, $until: DateTime) {
  wikiEdits(where: $where, after: $after, since: $since, until: $until) { cursor at edit { ${everything} } } }`;

/** A time after everything that has been published, and before everything that will be. */
const now = async () => {
  await delay(2);
  const time = new Date().toISOString();
  await delay(2);
  return time;
};

async function all<Data>(events: AsyncIterable<Data>): Promise<Data[]> {
  const taken: Data[] = [];
  for await (const event of events) taken.push(event);
  return taken;
}

async function take<Data>(events: AsyncIterator<Data>, count: number): Promise<Data[]> {
  const taken: Data[] = [];
  while (taken.length < count) {
    const { done, value } = await events.next();
    if (done) throw new Error(`ended after ${taken.length} of ${count} events`);
    taken.push(value);
  }
  return taken;
}

describe('edits as they come', () => {
  test('are history and then live, with all their fields, and resume after any cursor', async () => {
    const where = { users: ['Streamer'] };
    const since = await now();
    const past = Array.from({ length: 30 }, (_, at) =>
      wikiEvent(`stream-${at}`, '2012-01-01T00:00:00Z', { user: at % 3 === 0 ? 'Streamer' : 'Other', more: at }),
    );
    await publishEvents(world, [...past, '{"not":"an edit"}']);
    const events = gateway.subscribe<EditEvent>(watch, { where, since });
    const history = await take(events, 10);
    const live = wikiEvent('stream-live', '2012-01-01T00:00:00Z', { user: 'Streamer' });
    await publishEvents(world, [wikiEvent('stream-not', '2012-01-01T00:00:00Z', { user: 'Other' }), live]);
    const [last] = await take(events, 1);
    await events.return!();
    const whole = [...history, last!];
    const expected = new Map([...past, live].map((event) => [(event.meta as { id: string }).id, shown(event)]));
    for (const { wikiEdits } of whole) expect(wikiEdits.edit).toEqual(expected.get(wikiEdits.edit.id));
    expect(new Set(whole.map(({ wikiEdits }) => wikiEdits.edit.id)).size).toBe(11);
    const until = await now();
    for (const cut of [0, 4, 9, 10]) {
      const rest = await all(
        gateway.subscribe<EditEvent>(watch, { where, after: whole[cut]!.wikiEdits.cursor, until }),
      );
      expect(rest.map(({ wikiEdits }) => wikiEdits.edit.id).sort()).toEqual(
        whole
          .slice(cut + 1)
          .map(({ wikiEdits }) => wikiEdits.edit.id)
          .sort(),
      );
    }
    await expect(
      all(gateway.subscribe(watch, { where: { users: ['Other'] }, after: last!.wikiEdits.cursor })),
    ).rejects.toThrow();
  });
});

interface ActivityEvent {
  wikiActivity: {
    correction: boolean;
    cursor: string;
    at: string;
    activity: { start: string; edits: number; bots: number; users: number; bytesAdded: number; bytesRemoved: number };
  };
}
const watchActivity = `subscription ($every: String!, $where: WikiFilter, $after: Cursor, $since: DateTime, $until: DateTime) {
  wikiActivity(every: $every, where: $where, after: $after, since: $since, until: $until) {
    correction cursor at activity { start edits bots users bytesAdded bytesRemoved } } }`;

describe('activity as it goes on', () => {
  const minute = (at: number) => Date.UTC(2013, 0, 1, 0, at);
  const brief = ({ wikiActivity: { activity, correction } }: ActivityEvent) => [
    new Date(activity.start).getUTCMinutes(),
    activity.edits,
    correction,
  ];

  test('is told when a bucket closes, empty ones too, and again when an edit comes late', async () => {
    const where = { wikis: ['windowwiki'] };
    const variables = { every: 'PT1M', where };
    const event = (id: string, time: number, more: object = {}) => wikiEvent(id, time, { wiki: 'windowwiki', ...more });
    const since = await now();
    await publishEvents(world, [
      ...Array.from({ length: 10 }, (_, at) =>
        event(`w0-${at}`, minute(0) + at * 1_000, { bot: at === 0, user: `U${at % 4}` }),
      ),
      ...Array.from({ length: 5 }, (_, at) => event(`w2-${at}`, minute(2) + at * 1_000)),
      ...Array.from({ length: 40 }, (_, at) =>
        wikiEvent(`w-other-${at}`, minute(4) + at * 1_000, { wiki: 'otherwiki' }),
      ),
    ]);
    const events = gateway.subscribe<ActivityEvent>(watchActivity, { ...variables, since });
    const first = await take(events, 5);
    expect(first.map(brief)).toEqual([
      [0, 10, false],
      [1, 0, false],
      [2, 5, false],
      [3, 0, false],
      [4, 0, false], // nothing newer comes, but its end has long passed
    ]);
    expect(first[0]!.wikiActivity.activity).toEqual({
      start: '2013-01-01T00:00:00.000Z',
      edits: 10,
      bots: 1,
      users: 4,
      bytesAdded: 100,
      bytesRemoved: 0,
    });
    await publishEvents(world, [event('w1-late', minute(1), { length: { old: 50, new: 20 } })]);
    const [late] = await take(events, 1);
    expect(brief(late!)).toEqual([1, 1, true]);
    expect(late!.wikiActivity.activity).toMatchObject({ bytesAdded: 0, bytesRemoved: 30 });
    await events.return!();

    // After any event come the others; where the late edit is known before its bucket closes, it is not late.
    const whole = [...first, late!].map(brief);
    for (const cut of [0, 1, 3, 4]) {
      const after = [...first, late!][cut]!.wikiActivity.cursor;
      const resumed = gateway.subscribe<ActivityEvent>(watchActivity, { ...variables, after });
      const expected = cut === 0 ? [[1, 1, false], ...whole.slice(2, -1)] : whole.slice(cut + 1);
      const rest = (await take(resumed, expected.length)).map(brief);
      await resumed.return!();
      expect(rest.filter(([, , correction]) => !correction)).toEqual(
        expected.filter(([, , correction]) => !correction),
      );
      expect(rest.filter(([, , correction]) => correction)).toEqual(expected.filter(([, , correction]) => correction));
    }
  });

  test('of a past that is over is whole', async () => {
    const where = { wikis: ['pastwiki'] };
    const since = await now();
    const events = Array.from({ length: 100 }, (_, at) =>
      wikiEvent(`past-${at}`, minute(30) + (at < 10 ? at : at < 36 ? 60 + at : 120 + (at % 60)) * 1_000, {
        wiki: 'pastwiki',
      }),
    );
    await publishEvents(world, events);
    const until = await now();
    const told = await all(gateway.subscribe<ActivityEvent>(watchActivity, { every: 'PT1M', where, since, until }));
    expect(told.slice(0, 3).map(brief)).toEqual([
      [30, 10, false],
      [31, 26, false],
      [32, 64, false],
    ]);
  });

  test('goes by the clock where nothing comes', async () => {
    const where = { wikis: ['clockwiki'] };
    const events = gateway.subscribe<ActivityEvent>(watchActivity, { every: 'PT1S', where, since: await now() });
    const coming = take(events, 1);
    const start = Math.floor(Date.now() / 1000) * 1000;
    await publishEvents(world, [wikiEvent('clock', start, { wiki: 'clockwiki' })]);
    const told = [...(await coming), ...(await take(events, 2))];
    await events.return!();
    expect(
      told.map(({ wikiActivity: { activity, correction } }) => [
        Date.parse(activity.start) - start,
        activity.edits,
        correction,
      ]),
    ).toEqual([
      [0, 1, false],
      [1_000, 0, false],
      [2_000, 0, false],
    ]);
  });

  test('refuses cursors of other lengths and filters', async () => {
    const [told] = await take(
      gateway.subscribe<ActivityEvent>(watchActivity, { every: 'PT1S', since: new Date(0).toISOString() }),
      1,
    );
    const after = told!.wikiActivity.cursor;
    for (const variables of [
      { every: 'PT2S', after },
      { every: 'PT1S', after, where: { bot: true } },
      { every: 'P1Y' },
    ])
      await expect(all(gateway.subscribe(watchActivity, variables))).rejects.toBeDefined();
  });
});

test('while ClickHouse is away, edits are STORE_UNAVAILABLE, and the rest answers', async () => {
  const away = await openWorldWithoutTables();
  const { data, errors } = await away.ask<{ people: object; wikiEdits: null }>(
    '{ people { totalCount } wikiEdit(id: "x") { id } }',
  );
  expect(data).toMatchObject({ people: {}, wikiEdit: null });
  expect(errors?.map(({ extensions, message }) => [extensions.code, message])).toEqual([
    ['STORE_UNAVAILABLE', 'The tables (ClickHouse) do not answer. Try again later.'],
  ]);
});

test('activity waits while ClickHouse is away, and goes on when it is back (S28)', async () => {
  await using proxy = await openProxy(new URL(world.settings.CLICKHOUSE_URL));
  const { url } = await world.gateway({ CLICKHOUSE_URL: `http://127.0.0.1:${proxy.port}` });
  const day = (at: number) => Date.UTC(2013, 5, 1 + at);
  const where = { wikis: ['awaywiki'] };
  const event = (id: string, time: number) => wikiEvent(id, time, { wiki: 'awaywiki' });
  const events = client(url).subscribe<ActivityEvent>(watchActivity, { every: 'P1D', where, since: await now() });
  const closed = take(events, 3);
  await publishEvents(world, [event('away-0', day(0)), event('away-1', day(1)), event('away-2', day(2))]);
  await closed;
  const again = Promise.withResolvers<void>();
  let refusals = 0;
  proxy.onRefuse = () => {
    if (++refusals === 3) again.resolve();
  };
  proxy.cut();
  const coming = take(events, 1);
  await publishEvents(world, [event('away-late', day(0))]);
  await Promise.race([again.promise, coming]);
  proxy.mend();
  const [late] = await coming;
  expect(late!.wikiActivity).toMatchObject({ correction: true, activity: { edits: 2 } });
  await events.return!();
});

async function openWorldWithoutTables(): Promise<Client> {
  const before = world.settings.CLICKHOUSE_URL;
  world.settings.CLICKHOUSE_URL = 'http://127.0.0.1:1';
  const { url } = await world.gateway();
  world.settings.CLICKHOUSE_URL = before;
  return client(url);
}

test('every field of the subgraph is asked for above', () => {
  // Those of Company are asked for through the gateway's query for a company.
  expect(fieldsNotAsked('wiki', asked).filter((field) => !field.startsWith('Company.'))).toEqual([]);
});
