import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from 'kafkajs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startIngest } from '../ingest/ingest.ts';
import { generator } from '../ingest/random.ts';
import { createLogger } from '../platform/log.ts';
import { command, environmentOf, killAll, type Run } from './command.ts';
import { difference, same } from './compare.ts';
import { item, matchesExpected, matchesHeld, menuChanges, term } from './menuMessages.ts';
import { allMatched, allTaken, itemsMatched } from './progress.ts';
import { openWorld, type World } from './world.ts';

let world: World;

beforeEach(async () => {
  world = await openWorld({ KAFKA_SESSION_TIMEOUT_MS: 1_500 });
  const views = await startIngest(world.settings, ['log', 'menu'], createLogger('test', 'silent'));
  world.onDispose(() => views.stop());
});
afterEach(async () => {
  killAll();
  await world[Symbol.asyncDispose]();
});

const startWorker = () => command(['ingest', '--only', 'matcher'], environmentOf(world.settings));
const publish = (topic: string, ...messages: Message[]) => world.publisher.publish(topic, messages);

test('however workers are killed, and items and terms change meanwhile, what matches at last is what a matcher finds that sees only the end', async () => {
  const seed = 1;
  const random = generator(seed);
  const workers: Run[] = [startWorker(), startWorker()];
  const kill = async (victim: number) => {
    workers[victim]!.process.kill('SIGKILL');
    await workers[victim]!.exitCode;
    workers[victim] = startWorker();
  };
  const all = menuChanges(seed, 6_000);
  let published = 0;
  for (let killAt = 800; all.length > 0; ) {
    const part = all.splice(0, 1 + Math.floor(random() * 200));
    const of = (topic: string) => part.filter((change) => change.topic === topic).map(({ message }) => message);
    await Promise.all(['menu.terms', 'menu.items'].map((topic) => publish(topic, ...of(topic))));
    published += of('menu.items').length;
    // Not far ahead, so that terms change for items that were matched, and not for those alone that are to come.
    while (published - (await itemsMatched(world)) > 400) await delay(10);
    if (published < killAt) continue;
    killAt += 800;
    await kill(random() < 0.5 ? 0 : 1);
  }
  // From now on only what was matched before is matched again.
  for (const { message } of menuChanges(seed + 10, 400).filter(({ topic }) => topic === 'menu.terms')) {
    await publish('menu.terms', message);
    await delay(random() * 30);
    if (random() < 0.05) await kill(random() < 0.5 ? 0 : 1);
  }
  await allMatched(world);
  const expected = await matchesExpected(world);
  expect(expected.length).toBeGreaterThan(200);
  expect(new Set(expected.map((line) => JSON.parse(line)[4]))).toEqual(new Set(['EXACT', 'FOLDED', 'FUZZY']));
  expect(difference(await matchesHeld(world), expected)).toEqual(same);
});

test('items that Kafka has dropped are matched from the log, with terms that come later and by workers that come too late', async () => {
  const topic = `${world.settings.KAFKA_PREFIX}menu.items`;
  const drop = async () => {
    await allTaken(world);
    const admin = world.kafka.admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(topic);
    const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }));
    await admin.deleteTopicRecords({ topic, partitions });
    await admin.disconnect();
  };
  await publish('menu.terms', term('a', 'Boulard'));
  await publish('menu.items', ...Array.from({ length: 40 }, (_, at) => item(`early${at}`, 'Boulard or Wolf Blass')));
  await drop();
  const worker = startWorker();
  await allMatched(world);
  expect((await matchesHeld(world)).length).toBe(40);
  await publish('menu.terms', term('b', 'Wolf Blass'));
  await allMatched(world);
  expect((await matchesHeld(world)).length).toBe(80);
  worker.process.kill('SIGTERM');
  expect(await worker.exitCode).toBe(0);
  await publish('menu.items', ...Array.from({ length: 40 }, (_, at) => item(`late${at}`, 'Wolf Blass')));
  await drop();
  startWorker();
  await allMatched(world);
  expect((await matchesHeld(world)).length).toBe(120);
});

test('a menu.terms of several partitions is refused with what to do', async () => {
  const admin = world.kafka.admin();
  await admin.connect();
  const topic = `${world.settings.KAFKA_PREFIX}menu.terms`;
  await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
  await admin.disconnect();
  const worker = startWorker();
  expect(await worker.exitCode).toBe(1);
  expect(worker.output()).toContain(`${topic} has 3 partitions and must have one`);
});
