import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { PagePool, Pages } from './pages.ts';
import { Ring } from './ring.ts';
import { Subscription } from './seam.ts';
import { World } from './world.ts';

test('a subscription holds pages only while it is behind the ring and not ended (S19, S20)', async () => {
  const world = new World(1, 2);
  world.prompt = true;
  for (let i = 0; i < 4; i++) world.append(0);
  world.archive(0, 4);
  world.commit();
  const pool = new PagePool(1 << 20);
  const ring = new Ring(1 << 20);
  await world.follow('topic', ring);
  const open = () => {
    const sources = {
      ring,
      pages: new Pages(world, 'topic', pool),
      reads: { ring: 0, log: 0 },
      archivedEnd: () => world.archivedEnd(),
      positionAt: async () => [],
      kept: async () => [],
      encode: String,
      now: () => world.clock,
      timer: world.timer,
    };
    return new Subscription(sources, { from: [0], select: ({ offset }) => offset, onEnd: () => {} });
  };
  const ended = open();
  await ended.next();
  expect(pool.bytes).toBeGreaterThan(0);
  await ended.return();
  expect(pool.bytes).toBe(0);

  const crossing = open();
  for (let i = 0; i < 4; i++) expect((await crossing.next()).value?.value).toBe(i);
  expect(pool.bytes).toBeGreaterThan(0);
  void crossing.next();
  await setImmediate();
  expect(pool.bytes).toBe(0);
});

test('there is nothing to read only at the end of the ring, and not while the archive or the log is waited for (S30)', async () => {
  const world = new World(1);
  const ring = new Ring(1 << 20);
  for (let i = 0; i < 2; i++) world.append(0);
  await world.follow('topic', ring);
  const reads = { ring: 0, log: 0 };
  const reader = new Subscription(
    {
      ring,
      pages: new Pages(world, 'topic', new PagePool(1 << 20)),
      reads,
      archivedEnd: () => world.archivedEnd(),
      positionAt: async () => [],
      kept: async () => [],
      encode: String,
      now: () => world.clock,
      timer: world.timer,
    },
    { from: [0], select: ({ offset }) => offset, onEnd: () => {} },
  );
  const first = reader.next();
  const seen: unknown[] = [];
  const look = async () => {
    await setImmediate();
    seen.push(reader.quietSince);
  };
  await look(); // the archive has nothing yet
  world.archive(0, 2);
  world.commit();
  world.tick(1_000);
  await look(); // the log has not answered
  world.answer();
  await first;
  await reader.next();
  const live = reader.next();
  await look();
  const quietFrom = world.clock;
  world.tick(5_000);
  await look();
  world.append(0);
  world.deliver(0, 1);
  await live;
  await look();
  expect(seen).toEqual([undefined, undefined, quietFrom, quietFrom, undefined]);
  expect(reads).toEqual({ ring: 1, log: 2 });
  await reader.return();
});
