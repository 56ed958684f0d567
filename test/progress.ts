import { setTimeout as delay } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { logGroup, matcherGroup, type TopicName, topicNames, topics, viewGroup } from '../schema/topics.ts';
import type { World } from './world.ts';

const everyMs = 50;

/** Waits until the log and every view have taken all there is, and the log the dead letters that came of it. */
export async function allTaken({ kafka, settings }: Pick<World, 'kafka' | 'settings'>): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  // Views first: what they refuse is a message of dead.letters, which is the last.
  for (const view of [true, false])
    for (const topic of topicNames) {
      const group = view ? topics[topic].view && viewGroup(topics[topic].view) : logGroup;
      while (group && (await lag(admin, settings.KAFKA_PREFIX, group, topic)) > 0) await delay(everyMs);
    }
  await admin.disconnect();
}

/** How many items were matched, with the terms that were known then. */
export async function itemsMatched({ kafka, settings }: Pick<World, 'kafka' | 'settings'>): Promise<number> {
  const admin = kafka.admin();
  await admin.connect();
  const question = { groupId: settings.KAFKA_PREFIX + matcherGroup, topics: [`${settings.KAFKA_PREFIX}menu.items`] };
  const [done] = await admin.fetchOffsets(question);
  await admin.disconnect();
  return done!.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
}

/** Waits until all items are matched with all terms, and the tables have what came of it. */
export async function allMatched(world: Pick<World, 'kafka' | 'settings'>): Promise<void> {
  const { kafka, settings } = world;
  const [items, terms] = [`${settings.KAFKA_PREFIX}menu.items`, `${settings.KAFKA_PREFIX}menu.terms`];
  const admin = kafka.admin();
  await admin.connect();
  const isMatched = async () => {
    const [[known], ends] = await Promise.all([admin.fetchTopicOffsets(terms), admin.fetchTopicOffsets(items)]);
    const [done] = await admin.fetchOffsets({ groupId: settings.KAFKA_PREFIX + matcherGroup, topics: [items] });
    return ends.every(({ partition, high }) => {
      const place = done!.partitions.find((place) => place.partition === partition)!;
      return Number(place.offset) >= Number(high) && Number(place.metadata) >= Number(known!.high);
    });
  };
  while (!(await isMatched())) await delay(everyMs);
  await admin.disconnect();
  await allTaken(world);
}

async function lag(admin: Admin, prefix: string, group: string, topic: TopicName): Promise<number> {
  const name = prefix + topic;
  const ends = await admin.fetchTopicOffsets(name);
  const [taken] = await admin.fetchOffsets({ groupId: prefix + group, topics: [name] });
  const committed = new Map(taken!.partitions.map(({ partition, offset }) => [partition, Math.max(0, Number(offset))]));
  return ends.reduce((sum, { partition, high }) => sum + Number(high) - committed.get(partition)!, 0);
}
