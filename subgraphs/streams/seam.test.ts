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
