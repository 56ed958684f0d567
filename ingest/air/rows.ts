import type { KafkaMessage } from 'kafkajs';
import type { Point } from '../../schema/air/adapter.ts';
import { parseFeedMessage } from '../../schema/air/feed.ts';
import type { FeedFetch, Result } from '../../schema/air/result.ts';
import { stationId } from '../../schema/air/station.ts';
import { tenantOf } from '../../schema/tenant.ts';

type Placed = Pick<KafkaMessage, 'offset' | 'timestamp'>;

/** A row of air_feeds, by the names of its columns. @throws ContractError when the message is none of air.feeds */
export function toFeedRow({ key, value, headers, offset, timestamp }: KafkaMessage): object {
  const tenant = tenantOf(headers);
  const change = parseFeedMessage(key?.toString() ?? null, value?.toString() ?? null, tenant);
  const place = { tenant, kind: change.kind, at: Number(timestamp), offset };
  if (change.kind === 'RUN') {
    const { feed: id, last, ...work } = change.work;
    return { ...place, id, ...work, last_time: last?.time ?? null };
  }
  const { query, intervalMs: interval, timeoutMs: timeout, secret: _, ...feed } = change.feed;
  return { ...place, ...feed, query: JSON.stringify(query), interval, timeout };
}

/** A row of air_runs. */
export function toRunRow(
  tenant: string,
  run: Omit<Result, 'timestamp'>,
  { offset, timestamp }: Placed,
): Record<string, unknown> {
  const { query, httpStatus: http_status, payload, ...same } = run;
  return {
    ...{ tenant, ...same, query: JSON.stringify(query), http_status },
    ...{ payload: payload?.id ?? null, filename: payload?.filename ?? null },
    ...{ at: Number(timestamp), offset },
  };
}

/** A row of air_readings, and of air_stations. @param parser version of the parser that has read the point */
export function toReadingRow(tenant: string, point: Point, { feed, started }: FeedFetch, parser: number): object {
  const { country, state, city, latitude, longitude, time, temperature, pressure, humidity } = point;
  return {
    ...{ tenant, station: stationId(point), time, country, state, city, latitude, longitude },
    ...{ aqi_us: point.aqiUs, main_us: point.mainUs, aqi_cn: point.aqiCn, main_cn: point.mainCn },
    ...{ temperature, pressure, humidity, wind_speed: point.windSpeed, wind_direction: point.windDirection },
    ...{ parser, started, feed },
  };
}
