import type { ClickHouseClient } from '@clickhouse/client';
import type { Message } from 'kafkajs';
import type { Settings } from '../platform/config.ts';
import { storePoints, type TestPoint } from './airMessages.ts';

const points = 3_000;
const feeds = 7;
const cities = 5;
const hour = 3_600_000;
const begin = Date.UTC(2026, 0, 1);

/** Every hour of each city is brought by two feeds, which disagree; the one that has asked first is right. */
const airPoints = Array.from({ length: points }, (_, at): TestPoint & { started: number } => {
  const time = begin + Math.floor(at / (2 * cities)) * hour;
  const started = time + ((at * 7_919) % 10_007);
  return { feed: `feed${at % feeds}`, city: `City${at % cities}`, time, aqiUs: at % 300, started, result: { started } };
});

/** Messages of air.feeds, which change a few feeds again and again, and of air.results, with their responses stored. */
export async function airLoad(settings: Settings): Promise<Record<'feeds' | 'results' | 'broken', Message[]>> {
  const changes = Array.from({ length: 400 }, (_, at): Message => {
    const id = `feed${at % feeds}`;
    const data = {
      id,
      adapter: 'IQAIR_DAILY',
      endpoint: 'https://api.example/',
      interval: 60_000 + at,
      bucket: 'results',
    };
    return { key: id, value: JSON.stringify({ type: 'Feed', data: { ...data, state: 'STOPPED' } }) };
  });
  const broken = Array.from(
    { length: 20 },
    (_, at): Message => ({ key: 'feed0', value: `{"type":"Result","at":${at}}` }),
  );
  const results = await storePoints(settings, airPoints);
  return {
    feeds: changes,
    results: results.flatMap((result, at) => (at % 150 === 0 ? [broken[at / 150]!, result] : [result])),
    broken,
  };
}

/** What the tables of air must hold at last, each row in one line. */
export function foldAir(): string[] {
  const first = new Map<string, (typeof airPoints)[number]>();
  for (const point of airPoints) {
    const key = `${point.city} ${point.time}`;
    if (point.started < (first.get(key)?.started ?? Number.POSITIVE_INFINITY)) first.set(key, point);
  }
  const readings = [...first.values()].map(({ city, time, aqiUs }) => `reading ${city} ${time} ${aqiUs}`);
  const runs = airPoints.map(({ feed, started }) => `run ${feed} ${started}`);
  const configured = Array.from(
    { length: feeds },
    (_, at) => `feed feed${at} ${60_000 + at + feeds * Math.floor((399 - at) / feeds)}`,
  );
  return [...readings, ...runs, ...configured].sort();
}

/** What they hold. */
export async function airStored(clickhouse: ClickHouseClient): Promise<string[]> {
  const result = await clickhouse.query({
    query: `
      SELECT concat('reading ', city, ' ', toString(toUnixTimestamp64Milli(time)), ' ', toString(aqi_us)) AS line FROM air_readings FINAL
      UNION ALL SELECT concat('run ', feed, ' ', toString(toUnixTimestamp64Milli(started))) FROM air_runs FINAL
      UNION ALL SELECT concat('feed ', id, ' ', toString(interval)) FROM air_feeds FINAL`,
    format: 'JSONEachRow',
  });
  return (await result.json<{ line: string }>()).map(({ line }) => line).sort();
}
