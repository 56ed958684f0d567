import 'reflect-metadata';
import type { Settings } from '../platform/config.ts';
import { benchFeeds } from './airFeeds.ts';
import { benchSeries } from './airSeries.ts';
import { apart } from './apart.ts';
import { numbersOf } from './options.ts';

/**
 * One worker with many feeds, and questions to the points of many stations.
 * @param args `--feeds` and `--interval`: how many feeds, and seconds from one fetch of each to its next; `--points`: how
 *   many there are to ask about; `--calls`: how often each question is asked
 */
export async function run(given: Settings, args: string[]): Promise<void> {
  const { feeds, interval, points, calls } = numbersOf(args, {
    feeds: { default: 500, least: 100 },
    interval: { default: 3, least: 1 },
    points: { default: 700_000, least: 100_000 },
    calls: { default: 20, least: 1 },
  });
  await using installation = await apart({ ...given, TRIBUTARY_ALLOW_PRIVATE_ENDPOINTS: true });
  await benchFeeds(installation, feeds, interval * 1000);
  await benchSeries(installation, points, calls);
}
