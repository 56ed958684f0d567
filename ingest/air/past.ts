import type { Publisher } from '../../platform/publish.ts';
import { iqair } from '../../schema/air/adapters/iqair.ts';
import { stationId } from '../../schema/air/station.ts';
import { publicTenant } from '../../schema/tenant.ts';
import { resultMessage } from './announce.ts';
import { demoAnswer, demoFeeds } from './demo.ts';
import type { RawResponses } from './store.ts';

const stepMs = 15 * 60_000;

/**
 * Stores and tells what the feeds of the demo would have brought in [from, to), had they been fetched every quarter of
 * an hour. Done again, it replaces itself.
 */
export async function inventPast(
  responses: RawResponses,
  publisher: Publisher,
  from: number,
  to: number,
): Promise<void> {
  for (let time = Math.ceil(from / stepMs) * stepMs; time < to; time += stepMs)
    await publisher.publish('air.results', await Promise.all(demoFeeds.map((feed) => fetched(responses, feed, time))));
}

async function fetched(responses: RawResponses, { id, query }: (typeof demoFeeds)[number], time: number) {
  const answer = JSON.stringify(demoAnswer(new URLSearchParams(query), time));
  const parsed = iqair.parse(answer, query);
  if (parsed.outcome !== 'POINT') throw new Error(parsed.message);
  const run = `past-${time / stepMs}`;
  return resultMessage(publicTenant, {
    ...{ feed: id, adapter: iqair.name, run, query, started: time, ended: time, timestamp: time },
    payload: await responses.put(publicTenant, 'results', id, run, Buffer.from(answer)),
    ...{ outcome: 'STORED', message: null, httpStatus: 200, parser: iqair.version },
    ...{ station: stationId(parsed.point), time: parsed.point.time },
  });
}
