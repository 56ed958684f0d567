import { randomUUID } from 'node:crypto';
import type { Message } from 'kafkajs';
import { resultMessage } from '../ingest/air/announce.ts';
import { RawResponses } from '../ingest/air/store.ts';
import type { Settings } from '../platform/config.ts';
import { cursorKeys } from '../platform/cursorKeys.ts';
import type { Result } from '../schema/air/result.ts';
import { stationId } from '../schema/air/station.ts';
import { publicTenant } from '../schema/tenant.ts';
import { Cursors } from '../subgraphs/streams/cursor.ts';
import { parseKeyRing } from '../subgraphs/streams/keys.ts';
import type { World } from './world.ts';

/** A point of a city of Styria; 57 where no index is given. */
export interface TestPoint {
  tenant?: string;
  feed?: string;
  city: string;
  time: number;
  aqiUs?: number;
  latitude?: number;
  longitude?: number;
  /** What the result says otherwise. */
  result?: Partial<Result>;
}

/** What IQAir would answer. */
export function answerOf({ city, time, aqiUs = 57, latitude = 47.0707, longitude = 15.4395 }: TestPoint): object {
  const ts = new Date(time).toISOString();
  return {
    status: 'success',
    data: {
      ...{ city, state: 'Styria', country: 'Austria' },
      location: { type: 'Point', coordinates: [longitude, latitude] },
      current: {
        pollution: { ts, aqius: aqiUs, mainus: 'p2', aqicn: 22, maincn: 'p1' },
        weather: { ts, tp: -3, pr: 1021, hu: 64, ws: 4.12, wd: 350, ic: '04n' },
      },
    },
  };
}

/** Stores the answers, as a worker does. @returns the results that are to be published */
export async function storePoints(settings: Settings, points: TestPoint[]): Promise<Message[]> {
  const responses = await RawResponses.open(settings);
  const messages = [];
  for (const point of points) {
    const { tenant = publicTenant, city, time, feed = 'f', result } = point;
    const run = randomUUID();
    const body = Buffer.from(JSON.stringify(answerOf(point)));
    const payload = await responses.put(tenant, 'results', feed, run, body);
    const ended = time + 60_000;
    messages.push(
      resultMessage(tenant, {
        ...{ feed, adapter: 'IQAIR_DAILY', run, query: {}, started: ended - 100, ended, timestamp: ended, payload },
        ...{ outcome: 'STORED', httpStatus: 200, message: null, parser: 1, time },
        ...{ station: stationId({ country: 'Austria', state: 'Styria', city }), ...result },
      }),
    );
  }
  return messages;
}

/** Stores the answers and publishes their results. @returns the header with which a query sees them */
export async function publishPoints(world: World, points: TestPoint[]): Promise<{ 'Read-After': string }> {
  const position = await world.publisher.publish('air.results', await storePoints(world.settings, points));
  const cursors = new Cursors(parseKeyRing(await cursorKeys(world.settings)));
  return { 'Read-After': cursors.receipt('air.results', position) };
}
