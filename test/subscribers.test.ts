import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { roleCommand } from '../cli/up.ts';
import { generator } from '../ingest/random.ts';
import { Child } from '../servers/child.ts';
import { freePort } from '../servers/ports.ts';
import type { WikiFilter } from '../subgraphs/wiki/types.ts';
import { Subscriber } from './subscriber.ts';
import { messagesOf } from './topic.ts';
import { wikiEvent } from './wikiEvents.ts';
import { openWorld, type World } from './world.ts';

const subscriberCount = 1_000;
/** Events are published in so many batches, one every so many milliseconds. */
const batches = 60;
const batchSize = 16;
const batchMs = 250;
/** Who is killed, and at which batch. */
const kills = new Map([
  [12, 'ingest'],
  [30, 'gateway'],
  [45, 'ingest'],
]);
const partitions = [0, 1, 2, 3];
/** How long they may take to catch up with what they have missed. */
const patienceMs = 90_000;

/** What everybody does; not when the machine does it. Give it again to run a failure again. */
const seed = Number(process.env.SUBSCRIBERS_SEED ?? Date.now() % 1_000_000);

interface Event {
  wiki: string;
  type: string;
  title: string;
  user: string;
  namespace: number;
  bot: boolean;
  comment: string;
}

/** In every filter; the last one of each partition. */
const last: Event = {
  ...{ wiki: 'enwiki', type: 'edit', title: 'Page 7', user: 'User 3' },
  ...{ namespace: 0, bot: true, comment: 'Last' },
};

type Asked = [WikiFilter, holds: (event: Event) => boolean];
/** What subscribers ask for, said twice. */
const filters: Asked[] = [
  [{ wikis: ['enwiki'], bot: true }, ({ wiki, bot }) => wiki === 'enwiki' && bot],
  [{ types: ['edit', 'new'], bot: true }, ({ type, bot }) => type !== 'log' && bot],
  [{ titles: ['Page 1', 'Page 7'] }, ({ title }) => title === 'Page 1' || title === 'Page 7'],
  [{ users: ['User 3'] }, ({ user }) => user === 'User 3'],
  [{ comment: 'ST' }, ({ comment }) => comment === 'Last' || comment === 'Straße'],
  [{ titles: ['Page 7'], namespaces: [0, 14] }, ({ title, namespace }) => title === 'Page 7' && namespace !== 1],
];
/** Few ask for this, because it is most of the work. */
const everything: Asked = [{}, () => true];

let world: World;
let roles: Map<string, Child>;

beforeAll(async () => {
  world = await openWorld({ PORT: await freePort() });
  await mkdir(join(world.settings.TRIBUTARY_DATA, 'logs'));
  roles = new Map(['ingest', 'gateway'].map((name) => [name, new Child(roleCommand(name, world.settings), () => {})]));
  for (const child of roles.values()) world.onDispose(() => child.stop());
  await Promise.all([...roles.values()].map((child) => child.start()));
});
afterAll(() => world[Symbol.asyncDispose]());

test(`1,000 subscribers get exactly their events, whatever they and the servers do (S1, S8, S11, S12, S15, S18), SUBSCRIBERS_SEED=${seed}`, async () => {
  const calm = new AbortController();
  const began = Date.now();
  const everyone = Array.from({ length: subscriberCount }, (_, at) => subscriber(at, began, calm.signal));
  const done = Promise.all(everyone.map(({ done }) => done));
  done.catch(() => calm.abort());
  const random = generator(seed);
  for (let batch = 0; batch < batches && !calm.signal.aborted; batch++) {
    await publish(Array.from({ length: batchSize }, () => eventOf(random)));
    if (kills.has(batch)) process.kill(-roles.get(kills.get(batch)!)!.pid!, 'SIGKILL');
    await delay(batchMs, undefined, { signal: calm.signal }).catch(() => {});
  }
  calm.abort();
  await publish(partitions.map((partition) => ({ ...last, partition })));
  await Promise.race([done, delay(patienceMs, undefined, { ref: false })]); // who lacks an event may wait for it for good

  const published = await publishedEvents();
  const partitionOf = new Map(published.map(({ id, partition }) => [id, partition]));
  const byPartition = (ids: string[]) => partitions.map((at) => ids.filter((id) => partitionOf.get(id) === at));
  for (const { at, client, holds } of everyone) {
    const wanted = published.filter(({ event, appended }) => holds(event) && appended >= client.since.getTime());
    const received = client.received.map(({ id }) => id);
    expect(byPartition(received), `subscriber ${at}`).toEqual(byPartition(wanted.map(({ id }) => id)));
    expect(received.length, `subscriber ${at}`).toBe(wanted.length);
  }
  const comebacks = everyone.reduce((sum, { client }) => sum + client.comebacks, 0);
  expect(comebacks).toBeGreaterThan(2 * subscriberCount);
});

/** Comes in the first seconds, and begins with what came last, or with everything. */
function subscriber(at: number, began: number, calm: AbortSignal) {
  const random = generator(seed + at + 1);
  const [where, holds] = at % 50 === 0 ? everything : filters[at % filters.length]!;
  const comesAfter = random() * 5_000;
  const since = new Date(Math.floor(random() < 0.5 ? began - 60_000 : began + random() * comesAfter));
  const url = `ws://127.0.0.1:${world.settings.PORT}/graphql`;
  const client = new Subscriber(url, where, since, partitions.length, random);
  return { at, holds, client, done: delay(comesAfter).then(() => client.run(calm)) };
}

function eventOf(random: () => number): Event {
  const one = <Value>(...of: Value[]) => of[Math.floor(random() * of.length)]!;
  return {
    wiki: one('enwiki', 'dewiki', 'commonswiki'),
    type: one('edit', 'edit', 'new', 'log'),
    title: `Page ${Math.floor(random() * 25)}`,
    user: `User ${Math.floor(random() * 15)}`,
    namespace: one(0, 0, 1, 14),
    bot: one(true, false, false),
    comment: one('', 'Straße', 'typo', 'Ünïcode 😀', 'long '.repeat(400), 'x', 'y', 'z'),
  };
}

let published = 0;

/** Each event with an id of its own, or none, and now and then a message that is no event. */
async function publish(events: (Event & { partition?: number })[]): Promise<void> {
  await world.publisher.publish(
    'wiki.edits',
    events.flatMap(({ partition, ...event }) => {
      const id = `event-${published++}`;
      const nameless = published % 7 === 0 ? { meta: {} } : {};
      const value = JSON.stringify(wikiEvent(id, Date.now(), { ...event, ...nameless }));
      const message = { key: id, value, ...(partition === undefined ? {} : { partition }) };
      return published % 11 === 0 && partition === undefined ? [{ key: id, value: '{"type":' }, message] : [message];
    }),
  );
}

/** What stands in the topic, in order. */
async function publishedEvents() {
  const messages = await messagesOf(world, 'wiki.edits');
  return messages
    .filter(({ value }) => value!.length > 20)
    .sort((a, b) => Number(a.offset) - Number(b.offset))
    .map(({ partition, offset, at, value }) => {
      const event = JSON.parse(value!.toString()) as Event & { meta: { id?: string } };
      return { id: event.meta.id ?? `wiki.edits/${partition}/${offset}`, partition, appended: Number(at), event };
    });
}
