import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from 'kafkajs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startIngest } from '../ingest/ingest.ts';
import { generator } from '../ingest/random.ts';
import { createLogger } from '../platform/log.ts';
import { command, environmentOf, killAll, type Run } from './command.ts';
import { difference, same } from './compare.ts';
import { item, matchesExpected, matchesHeld, term } from './menuMessages.ts';
import { allMatched, allTaken } from './progress.ts';
import { openWorld, type World } from './world.ts';

let world: World;

beforeEach(async () => {
  world = await openWorld({ KAFKA_SESSION_TIMEOUT_MS: 1_500 }, { keepGraph: true });
  const views = await startIngest(world.settings, ['log', 'menu'], createLogger('test', 'silent'));
  world.onDispose(() => views.stop());
});
afterEach(async () => {
  killAll();
  await world[Symbol.asyncDispose]();
});

const startWorker = () => command(['ingest', '--only', 'matcher'], environmentOf(world.settings));
const publish = (topic: string, ...messages: Message[]) => world.publisher.publish(topic, messages);

const words = 'grilled,salmon,house,wine,red,bitter,lager,glass,of,the,boulevard,castle,peach,fresh,battery'.split(',');
const brands =
  'Yellowtail,Yellow Tail,Boulard,Battery,Château Margaux,Moët & Chandon,Wolf Blass,Hendricks,Penfolds,Tignanello,Jägermeister,Kronenbourg,Appletiser,Veuve Clicquot'.split(
    ',',
  );

/** Changes of terms and items of two tenants, in an order in which each thing is saved, changed, deleted and restored. */
function changes(seed: number, count: number): { topic: string; message: Message }[] {
  const random = generator(seed);
  const one = <T>(all: readonly T[]): T => all[Math.floor(all.length * random())]!;
  const misspelled = (text: string) => {
    const at = 1 + Math.floor(random() * (text.length - 2));
    return text.slice(0, at) + text.slice(at + 1);
  };
  const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '');
  const sentence = (length: number) =>
    Array.from({ length }, () => {
      const brand = one(brands);
      return random() < 0.6 ? one(words) : one([String, String, plain, misspelled])(brand);
    }).join(' ');
  return Array.from({ length: count }, () => {
    const tenant = random() < 0.8 ? 'public' : 'acme';
    if (random() < 0.1) {
      const text = random() < 0.3 ? null : random() < 0.7 ? one(brands) : one(words);
      return { topic: 'menu.terms', message: term(`t${Math.floor(random() * 40)}`, text, tenant) };
    }
    const name = random() < 0.1 ? null : sentence(6);
    const description = random() < 0.5 ? null : sentence(12);
    return { topic: 'menu.items', message: item(`i${Math.floor(random() * 800)}`, name, { description, tenant }) };
  });
}

test.each([1, 2, 3])(
  'however workers are killed, and items and terms change meanwhile, what matches at last is what a matcher finds that sees only the end (%i)',
  async (seed) => {
    const random = generator(seed);
    const workers: Run[] = [startWorker(), startWorker()];
    const all = changes(seed, 8_000);
    while (all.length > 0) {
      const part = all.splice(0, 20 + Math.floor(random() * 300));
      await Promise.all(
        ['menu.terms', 'menu.items'].map((topic) =>
          publish(topic, ...part.filter((change) => change.topic === topic).map(({ message }) => message)),
        ),
      );
      await delay(random() * 300);
      if (random() > 0.2) continue;
      const victim = random() < 0.5 ? 0 : 1;
      workers[victim]!.process.kill('SIGKILL');
      await workers[victim]!.exitCode;
      workers[victim] = startWorker();
    }
    await allMatched(world);
    const expected = await matchesExpected(world);
    expect(expected.length).toBeGreaterThan(200);
    expect(new Set(expected.map((line) => JSON.parse(line)[4]))).toEqual(new Set(['EXACT', 'FOLDED', 'FUZZY']));
    expect(difference(await matchesHeld(world), expected)).toEqual(same);
  },
);

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
