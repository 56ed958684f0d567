import 'reflect-metadata';
import { parseArgs } from 'node:util';
import type { Settings } from '../platform/config.ts';
import { benchFeeds } from './airFeeds.ts';
import { benchSeries } from './airSeries.ts';
import { apart } from './apart.ts';

/**
 * One worker with many feeds, and questions to the points of many stations.
 * @param args `--feeds` and `--interval`: how many feeds, and seconds from one fetch of each to its next; `--points`: how
 *   many there are to ask about; `--calls`: how often each question is asked
 */
export async function run(given: Settings, args: string[]): Promise<void> {
  const { feeds, interval, points, calls } = wanted(args);
  await using installation = await apart({ ...given, TRIBUTARY_ALLOW_PRIVATE_ENDPOINTS: true });
  await benchFeeds(installation, feeds, interval * 1000);
  await benchSeries(installation, points, calls);
}

/** @throws Error when an option is unknown, or its value none that makes sense. */
function wanted(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      feeds: { type: 'string', default: '500' },
      interval: { type: 'string', default: '3' },
      points: { type: 'string', default: '700000' },
      calls: { type: 'string', default: '20' },
    },
  });
  const number = (name: keyof typeof values, least: number) => {
    const value = Number(values[name]);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new Error(`--${name} takes a whole number from ${least} on, not "${values[name]}".`);
  };
  return {
    ...{ feeds: number('feeds', 100), interval: number('interval', 1) },
    ...{ points: number('points', 100_000), calls: number('calls', 1) },
  };
}
