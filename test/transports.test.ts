import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HttpSubscriber } from './httpStream.ts';
import { OpenReaders } from './openReaders.ts';
import { SocketSubscriber } from './socket.ts';
import { publishEvents, wikiEvent } from './wikiEvents.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let url: string;
let readers: OpenReaders;
/** Before and after the edits that are told below. */
let since: string;
let until: string;
let told: string[];

beforeAll(async () => {
  world = await openWorld();
  await world.ingest();
  const gateway = await world.gateway();
  url = gateway.url;
  readers = new OpenReaders(gateway.streams);
  since = new Date().toISOString();
  await delay(2); // the next millisecond
  await publishEvents(
    world,
    Array.from({ length: 12 }, (_, at) => wikiEvent(`told-${at}`, Date.now(), { user: 'Told' })),
  );
  until = new Date(Date.now() + 2).toISOString();
  const whole = await new HttpSubscriber(url, 'sse', edits('since: $since, until: $until'), {
    variables: { since, until },
  }).ended();
  told = whole.results.map(idOf);
  expect(told).toHaveLength(12);
});
afterAll(() => world[Symbol.asyncDispose]());

const variables = '($where: WikiFilter, $after: Cursor, $since: DateTime, $until: DateTime)';
const used = (args: string) =>
  variables
    .slice(1, -1)
    .split(', ')
    .filter((variable) => new RegExp(`\\${variable.split(':')[0]}\\b`).test(args))
    .join(', ');
const edits = (args: string, selection = 'edit { id }') =>
  `subscription ${used(args) && `(${used(args)})`} { wikiEdits${args && `(${args})`} { ${selection} } }`;
const idOf = ({ result }: { result: { data?: Record<string, unknown> } }) =>
  (result.data!.wikiEdits as { edit: { id: string } }).edit.id;

describe('Last-Event-ID (S34)', () => {
  const stale = () => ({ since: '2001-01-01T00:00:00Z', until });
  test.each<[how: string, text: () => string, variables: () => object]>([
    ['takes the place of a literal since', () => edits(`since: "${since}", until: "${until}"`), () => ({})],
    ['takes the place of a variable since', () => edits('since: $since, until: $until'), () => ({ since, until })],
    ['takes the place of an older since', () => edits('since: $since, until: $until'), stale],
    ['stands where nothing says where to start', () => edits('until: $until'), () => ({ until })],
    [
      'takes the place of after, which is not even looked at',
      () => edits('after: "nonsense", until: $until'),
      () => ({ until }),
    ],
    [
      'takes the place of a variable that must be given',
      () => edits('after: $after, until: $until').replace('$after: Cursor', '$after: Cursor!'),
      () => ({ until }),
    ],
  ])('%s, by GET and POST, after every event', async (_, text, given) => {
    const first = new HttpSubscriber(url, 'sse', edits('since: $since, until: $until'), {
      variables: { since, until },
    });
    const ids = (await first.ended()).results.map(({ id }) => id!);
    expect(new Set(ids).size).toBe(12);
    await Promise.all(
      ids.map(async (id, at) => {
        const options = { variables: given(), headers: { 'Last-Event-ID': id }, get: at % 2 === 0 };
        const rest = await new HttpSubscriber(url, 'sse', text(), options).ended();
        expect(rest.results.map(idOf)).toEqual(told.slice(at + 1));
        expect(rest.body).toMatch(/event: complete\ndata:\n\n$/);
      }),
    );
  });

  test('an EventSource that loses its connection after every event gets each once, past and live', async () => {
    const text = edits('since: $since, where: $where');
    const given = { since, where: { users: ['Told', 'Live'] } };
    const got: string[] = [];
    let id = '';
    while (got.length < 20) {
      const browser = new HttpSubscriber(url, 'sse', text, {
        variables: given,
        headers: { 'Last-Event-ID': id }, // at first empty, which is none
        get: true,
      });
      if (got.length >= 12) await publishEvents(world, [wikiEvent(`live-${got.length}`, Date.now(), { user: 'Live' })]);
      const [event] = await browser.has(1);
      got.push(idOf(event!));
      id = event!.id!;
      await browser.vanish();
    }
    expect(got).toEqual([...told, ...Array.from({ length: 8 }, (_, at) => `live-${at + 12}`)]);
  });

  test('is there whatever is asked for, and nothing is there that was not', async () => {
    const asked = `subscription ($since: DateTime, $until: DateTime) { ...Root }
      fragment Root on Subscription { e: wikiEdits(since: $since, until: $until, where: {users: "Told"}) { ...Parts } }
      fragment Parts on WikiEditEvent { cursor: at where: cursor ... on WikiEditEvent { edit { id } __typename } cursor_: cursor }`;
    const { results } = await new HttpSubscriber(url, 'sse', asked, { variables: { since, until } }).ended();
    expect(results).toHaveLength(12);
    for (const { id, result } of results) {
      const event = result.data!.e as Record<string, string>;
      expect(Object.keys(event)).toEqual(['cursor', 'where', 'edit', '__typename', 'cursor_']);
      expect([event.where, event.cursor_]).toEqual([id, id]);
      expect(event.cursor).toMatch(/^\d{4}-/);
    }
  });
});

test('multipart tells the same, in parts that are complete when they come, and ends (S33)', async () => {
  const given = { variables: { since, until } };
  const whole = await new HttpSubscriber(url, 'multipart', edits('since: $since, until: $until'), given).ended();
  expect(whole.head).toContain('content-type: multipart/mixed;boundary="graphql";subscriptionspec="1.0"');
  expect(whole.results.map(idOf)).toEqual(told);
  expect(whole.body).toMatch(/^\r\n--graphql\r\ncontent-type: application\/json\r\n\r\n\{"payload":/);
  expect(whole.body).toMatch(/\r\n--graphql--\r\n$/);
});

describe('what is refused before it begins (S33, S35)', () => {
  type Refusal = [code: string, text: string, given: (id: string) => object];
  const refusals: Refusal[] = [
    ['CURSOR_INVALID', edits('after: $after'), () => ({ after: 'nonsense' })],
    ['CURSOR_INVALID', edits('after: $after'), (id) => ({ after: id.slice(1) })],
    ['CURSOR_FOREIGN', edits('after: $after, where: {bot: true}'), (after) => ({ after })],
    ['BAD_USER_INPUT', edits('after: $after, since: $since'), (after) => ({ after, since: '2020-01-01T00:00:00Z' })],
    ['BAD_USER_INPUT', edits('since: $since'), () => ({ since: 'yesterday' })],
    ['GRAPHQL_VALIDATION_FAILED', edits('', 'nonsense'), () => ({})],
  ];
  test.each(refusals)('%s of %s', async (code, text, given) => {
    const source = await new HttpSubscriber(url, 'sse', edits('since: $since, until: $until'), {
      variables: { since, until },
    }).ended();
    const variables = given(source.results[3]!.id!);
    for (const transport of ['sse', 'multipart'] as const) {
      const refused = await new HttpSubscriber(url, transport, text, { variables }).ended();
      expect([refused.status, refused.head]).toEqual([400, expect.stringContaining('content-type: application/json')]);
      const { errors } = JSON.parse(refused.body) as { errors: { extensions: { code: string } }[] };
      expect(errors.map(({ extensions }) => extensions.code)).toEqual([code]);
    }
    const socket = await new SocketSubscriber(url, text, variables).has(1);
    expect(JSON.stringify(socket.messages[0])).toContain(`"code":"${code}"`);
    await socket.close();
  });

  test.each(['application/json', 'application/graphql-response+json', 'multipart/mixed', 'image/png'])(
    'an Accept of %s is 406, which names what is accepted, and opens nothing',
    async (accept) => {
      const asked = readers.asked;
      const refused = await new HttpSubscriber(url, 'sse', edits(''), { headers: { accept } }).ended();
      expect([refused.status, refused.body]).toEqual([406, expect.stringContaining('text/event-stream')]);
      expect(refused.body).toContain('multipart/mixed;subscriptionSpec');
      expect(readers.asked).toBe(asked);
    },
  );
});

describe('a client that goes away leaves nothing open (S22, S37)', () => {
  const overHttp = (transport: 'sse' | 'multipart', halfClose: boolean) => () => {
    const subscriber = new HttpSubscriber(url, transport, edits(''));
    return {
      begun: async () => void (await eventually(() => subscriber.body.length > 0)),
      first: () => subscriber.has(1),
      leave: () => (halfClose ? void subscriber.socket.end() : subscriber.vanish()),
    };
  };
  const transports: [string, () => { begun(): Promise<unknown>; first(): Promise<unknown>; leave(): unknown }][] = [
    [
      'over WebSocket',
      () => {
        const subscriber = new SocketSubscriber(url, edits(''));
        return {
          begun: () => readers.reaches(({ open }) => open > 0),
          first: () => subscriber.has(1),
          leave: () => subscriber.close(),
        };
      },
    ],
    ['over SSE', overHttp('sse', false)],
    ['over multipart', overHttp('multipart', false)],
    ['over SSE, half-closed', overHttp('sse', true)],
    ['over multipart, half-closed', overHttp('multipart', true)],
  ];

  test.each(transports)('%s, while it is being opened', async (_, open) => {
    await readers.reaches(({ open }) => open === 0);
    const opened = readers.opened;
    const asked = readers.asked;
    const release = readers.hold();
    const subscriber = open();
    await readers.reaches((now) => now.asked > asked);
    await subscriber.leave();
    await delay(20); // nobody tells when the gateway has noticed
    release();
    await readers.reaches((now) => now.opened > opened && now.open === 0);
  });

  test.each(transports)('%s, before its first event', async (_, open) => {
    const subscriber = open();
    await subscriber.begun();
    await readers.reaches(({ open }) => open === 1);
    await subscriber.leave();
    await readers.reaches(({ open }) => open === 0);
  });

  test.each(transports)('%s, after its first event', async (_, open) => {
    const subscriber = open();
    await subscriber.begun();
    await readers.reaches(({ open }) => open === 1);
    await publishEvents(world, [wikiEvent(`first-${Math.random()}`, Date.now())]);
    await subscriber.first();
    await subscriber.leave();
    await readers.reaches(({ open }) => open === 0);
  });

  test.each(['sse', 'multipart'] as const)('over %s, while it stalls', async (transport) => {
    const stalling = new HttpSubscriber(url, transport, edits('since: $since', 'edit { raw }'), {
      variables: { since: new Date().toISOString() },
    });
    await eventually(() => stalling.body.length > 0);
    stalling.socket.pause();
    for (let batch = 0; batch < 30; batch++)
      await publishEvents(
        world,
        Array.from({ length: 100 }, (_, at) =>
          wikiEvent(`stall-${transport}-${batch}-${at}`, Date.now(), { comment: 'x'.repeat(4_000) }),
        ),
      );
    expect(readers.open).toBe(1);
    await stalling.vanish();
    await readers.reaches(({ open }) => open === 0);
  });
});

async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(5);
}
