import { startDemoFeeds } from '../ingest/air/demo.ts';
import { inventPast } from '../ingest/air/past.ts';
import { RawResponses } from '../ingest/air/store.ts';
import { loadDemo, loadMenus } from '../ingest/demo.ts';
import { DemoBuilding } from '../ingest/occupancy/play.ts';
import { publishInvented } from '../ingest/wiki/demo.ts';
import { allMatched } from './progress.ts';
import type { World } from './world.ts';

/**
 * Loads what `npm start` loads, the invented past of all domains, and one reading that is refused.
 * @param now in milliseconds since 1970
 * @returns when the views hold it
 */
export async function loadWholeDemo(world: World, now: number): Promise<void> {
  const second = Math.floor(now / 1000);
  await loadDemo(world.settings, { progress: () => {} });
  const building = new DemoBuilding(world.settings);
  world.onDispose(() => building.close());
  await Promise.all([
    building.catchUp(new AbortController().signal),
    publishInvented(world.publisher, second - 3_700, second),
    inventPast(await RawResponses.open(world.settings), world.publisher, now - 86_400_000, now),
    loadMenus(world.settings),
    world.publisher.publish('occupancy.readings', [{ key: 'demo-101', value: '{"dpu_id": "demo-101"}' }]),
    startDemoFeeds(world.settings, world.publisher, 'http://127.0.0.1:1/v2/city'), // nobody fetches them
  ]);
  await allMatched(world);
}
