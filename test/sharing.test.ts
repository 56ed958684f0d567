import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { HttpSubscriber } from './httpStream.ts';
import { OpenReaders } from './openReaders.ts';
import { SocketSubscriber } from './socket.ts';
import { messagesOf } from './topic.ts';
import { publishEvents, wikiEvent } from './wikiEvents.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let url: string;
let readers: OpenReaders;
let published = 0;
const subscribers: SocketSubscriber[] = [];

beforeAll(async () => {
  world = await openWorld();
  await world.ingest();
  const gateway = await world.gateway();
  url = gateway.url;
  readers = new OpenReaders(gateway.streams);
});
afterEach(async () => {
  await Promise.all(subscribers.splice(0).map((subscriber) => subscriber.close()));
  await readers.reaches(({ open }) => open === 0); // S43
});
afterAll(() => world[Symbol.asyncDispose]());

interface Event {
  edit: { id: string; user: string };
  cursor: string;
}
const query = `subscription ($where: WikiFilter, $after: Cursor, $since: DateTime) {
  wikiEdits(where: $where, after: $after, since: $since) { cursor edit { id user comment } } }`;

function subscribe(variables: object = {}, text = query): SocketSubscriber {
  const subscriber = new SocketSubscriber(url, text, variables);
  subscribers.push(subscriber);
  return subscriber;
}

/** Publishes so many edits. @returns their ids */
async function publish(count: number, properties: object = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let left = count; left > 0; left -= 200) {
    const events = Array.from({ length: Math.min(left, 200) }, () =>
      wikiEvent(`edit-${published++}`, Date.now(), properties),
    );
    await publishEvents(world, events);
    ids.push(...events.map(({ meta }) => (meta as { id: string }).id));
  }
  return ids;
}

const idsOf = (subscriber: SocketSubscriber) => subscriber.events<Event>().map(({ edit }) => edit.id);

/** The partition of each edit, and its place there. */
async function places(): Promise<Map<string, { partition: number; offset: number }>> {
  const messages = await messagesOf(world, 'wiki.edits');
  return new Map(
    messages.map(({ value, partition, offset }) => [
      (JSON.parse(String(value)) as { meta: { id: string } }).meta.id,
      { partition, offset: Number(offset) },
    ]),
  );
}

/** Whether exactly these have come, once each, and in the order of each partition (S1, S15). */
function expectExactly(got: string[], expected: string[], placeOf: Map<string, { partition: number; offset: number }>) {
  expect(got.toSorted()).toEqual(expected.toSorted());
  const last: number[] = [];
  for (const id of got) {
    const { partition, offset } = placeOf.get(id)!;
    if (offset <= (last[partition] ?? -1)) expect.fail(`${id} came after a later message of partition ${partition}`);
    last[partition] = offset;
  }
}

/** Publishes until all of them are live, each with an event of its own at least. */
async function live(all: SocketSubscriber[], properties: object = {}): Promise<string[]> {
  const ids: string[] = [];
  while (!all.every(({ messages }) => messages.some(({ type }) => type === 'next'))) {
    ids.push(...(await publish(1, properties)));
    await delay(20);
  }
  return ids;
}

/** Waits until each has got this edit. */
async function until(all: SocketSubscriber[], id: string): Promise<void> {
  for (const subscriber of all) while (!idsOf(subscriber).includes(id)) await delay(20);
}

test('500 clients of one subscription are one reader, and each result is the same for all (S39)', async () => {
  const asked = readers.asked;
  const all = Array.from({ length: 500 }, () => subscribe());
  await live(all);
  expect([readers.open, readers.asked - asked]).toEqual([1, 1]);
  const late = subscribe();
  await live([late]);
  const ids = await publish(50);
  const last = ids.at(-1)!;
  const reference = all[0]!;
  while (idsOf(reference).length < 50 || !ids.every((id) => idsOf(reference).includes(id))) await delay(20);
  const whole = idsOf(reference);
  for (const subscriber of [...all, late]) {
    await until([subscriber], whole.at(-1)!);
    const got = idsOf(subscriber);
    expect(got).toEqual(whole.slice(-got.length));
  }
  expect(idsOf(late)).toContain(last);
  expect([readers.open, readers.asked - asked]).toEqual([1, 1]);
});

test('what is asked otherwise is not mixed, and what is only written otherwise is shared', async () => {
  const of = (user: string) => ({ where: { users: [user] } });
  const asked = readers.asked;
  const ada = subscribe(of('Ada'));
  const written = `subscription Other($since: DateTime, $where: WikiFilter) {
    ...Edits } fragment Edits on Subscription { wikiEdits(since: $since, where: $where) { ...E } }
    fragment E on WikiEditEvent { cursor edit { id user comment } }`;
  const bob = subscribe(of('Bob'));
  const aliased = subscribe(of('Bob'), query.replace('wikiEdits(', 'edits: wikiEdits('));
  const sameBob = subscribe({ ...of('Bob'), unused: 7, after: null });
  const fragments = subscribe(of('Bob'), written);
  await Promise.all([live([ada], { user: 'Ada' }), live([bob, aliased, sameBob, fragments], { user: 'Bob' })]);
  expect(readers.asked - asked).toBe(4);
  for (const [subscriber, user] of [
    [ada, 'Ada'],
    [bob, 'Bob'],
    [aliased, 'Bob'],
    [fragments, 'Bob'],
  ] as const)
    expect(new Set(subscriber.events<Event>().map(({ edit }) => edit.user))).toEqual(new Set([user]));
});

test('clients of all transports share, also those that come when others have had events (S39, S41)', async () => {
  const asked = readers.asked;
  const overHttp: HttpSubscriber[] = [];
  for (const transport of ['sse', 'multipart', 'sse'] as const) {
    const subscriber = new HttpSubscriber(url, transport, query);
    overHttp.push(subscriber);
    while (subscriber.results.length === 0) {
      await publish(1);
      await delay(20);
    }
  }
  const overWebSocket = subscribe();
  await live([overWebSocket]);
  expect([readers.open, readers.asked - asked]).toEqual([1, 1]);
  const [id] = await publish(1);
  await until([overWebSocket], id!);
  for (const subscriber of overHttp) {
    while (!subscriber.body.includes(`"${id}"`)) await delay(5);
    await subscriber.vanish();
  }
});

test('clients that stall for long lose nothing, hold up nobody, and share again (S38, S40, S42)', async () => {
  const all = Array.from({ length: 12 }, () => subscribe());
  const [quick, ...others] = all;
  const stalling = others.slice(0, 5);
  await live(all);
  await until(all, (await publish(1))[0]!);
  const before = all.map((subscriber) => idsOf(subscriber).length);
  for (const { socket } of stalling) socket.pause();
  // More than the buffers of the system take.
  const ids = await publish(6_000, { comment: 'x'.repeat(4_000) });
  await quick!.has(before[0]! + ids.length);
  for (const subscriber of stalling) expect(idsOf(subscriber).length).toBeLessThan(ids.length);
  expect(readers.open).toBe(1);
  for (const { socket } of stalling) socket.resume();
  await readers.reaches(({ open }) => open > 1); // they go on by themselves
  for (const [at, subscriber] of all.entries()) await subscriber.has(before[at]! + ids.length);
  const placeOf = await places();
  for (const [at, subscriber] of all.entries()) expectExactly(idsOf(subscriber).slice(before[at]), ids, placeOf);
  while (readers.open > 1) {
    await publish(1);
    await delay(20);
  }
});

test('clients that come back at once from many places get what they missed, and share again (S42)', async () => {
  const reference = subscribe();
  await live([reference]);
  const first = await publish(300);
  while (!first.every((id) => idsOf(reference).includes(id))) await delay(20);
  const known = reference.events<Event>();
  await reference.close();
  await readers.reaches(({ open }) => open === 0);
  const cuts = Array.from({ length: 100 }, (_, at) => known.length - 1 - ((at * 3) % 300));
  const back = cuts.map((cut) => subscribe({ after: known[cut]!.cursor }));
  const ids = await publish(100);
  const placeOf = await places();
  for (const [at, subscriber] of back.entries()) {
    const expected = [...known.slice(cuts[at]! + 1).map(({ edit }) => edit.id), ...ids];
    await subscriber.has(expected.length);
    expectExactly(idsOf(subscriber), expected, placeOf);
  }
  while (readers.open > 1) {
    await publish(1);
    await delay(20);
  }
});
