import { Tables } from '../platform/clickhouse.ts';
import { publicTenant } from '../schema/tenant.ts';
import { AirQuestions } from '../subgraphs/air/questions.ts';
import { FillMode } from '../subgraphs/air/types.ts';
import type { Apart } from './apart.ts';
import { askGraph } from './ask.ts';
import { quantile, row, timed } from './figures.ts';
import { merged } from './occupancyData.ts';

const hour = 3_600_000;
const day = 24 * hour;
const stations = 200;
const begin = Date.UTC(2022, 0, 1);
const chunk = 250_000;
const warmUp = 10;

/** Questions to the points of stations that have one every hour, against the simplest statements that answer the same. */
export async function benchSeries({ clickhouse, role }: Apart, points: number, calls: number): Promise<void> {
  for (let from = 0; from < points; from += chunk)
    await clickhouse.command({
      query: fill,
      query_params: { from, count: Math.min(chunk, points - from), begin, stations },
    });
  await clickhouse.command({ query: fillStations });
  await merged(clickhouse);
  const gateway = await role('gateway');
  const ask = askGraph(gateway.port);
  const questions = new AirQuestions(new Tables(clickhouse), publicTenant);
  const stationOf = (call: number) => `Country/State/City ${(call * 7_919) % stations}`;
  const end = begin + Math.floor(points / stations) * hour;
  const at = (call: number) => end - ((call * 1_234_567_891) % Math.floor((end - begin) / 3));
  const time = (moment: number) => new Date(moment).toISOString();
  const series = (spanMs: number, every: number, fields: string, bare: typeof buckets) => ({
    bare: (call: number) =>
      clickhouse
        .query({
          query: bare,
          query_params: { station: stationOf(call), from: at(call) - spanMs, to: at(call), every },
          format: 'JSONEachRow',
        })
        .then((result) => result.json()),
    ours: (call: number) =>
      questions.series(stationOf(call), { from: at(call) - spanMs, to: at(call), every }, FillMode.NULL),
    gateway: (call: number) =>
      ask(
        `query ($station: ID!, $from: DateTime!, $to: DateTime!) { station(id: $station) {
          series(from: $from, to: $to, every: "PT${every / hour}H", fill: NULL) { start samples ${fields} } } }`,
        { station: stationOf(call), from: time(at(call) - spanMs), to: time(at(call)) },
      ),
  });
  const reading = (momentOf: (call: number) => number | null) => ({
    bare: (call: number) =>
      clickhouse
        .query({
          query: newest,
          query_params: { station: stationOf(call), at: momentOf(call) ?? end },
          format: 'JSONEachRow',
        })
        .then((result) => result.json()),
    ours: (call: number) => {
      const moment = momentOf(call);
      return moment === null ? questions.station(stationOf(call)) : questions.at(stationOf(call), moment);
    },
    gateway: (call: number) => {
      const moment = momentOf(call);
      const field = moment === null ? 'latest' : `at(time: "${time(moment)}")`;
      return ask(
        `query ($station: ID!) { station(id: $station) { ${field} { time aqiUs temperature humidity pressure } } }`,
        { station: stationOf(call) },
      );
    },
  });
  const index = 'aqiUsAvg aqiUsMin aqiUsMax';
  const asked = {
    'a month by the hour': series(30 * day, hour, index, buckets),
    'with the mean of 24 hours': series(30 * day, hour, `${index} aqiUsMoving24h`, movingBuckets),
    'a year by the day, with it': series(365 * day, day, `${index} aqiUsMoving24h`, movingBuckets),
    latest: reading(() => null),
    'at a time': reading(at),
  };
  console.log(`\n${points} points of ${stations} stations, one caller, ${calls} calls each in turn, ms`);
  for (const [name, ways] of Object.entries(asked)) {
    const times: Record<keyof typeof ways, number[]> = { bare: [], ours: [], gateway: [] };
    // Each call asks about another station and time, so that nothing is answered from memory of the call before.
    for (let call = 0; call < warmUp + calls; call++)
      for (const [way, kind] of (['bare', 'ours', 'gateway'] as const).entries()) {
        const took = await timed(() => ways[kind](3 * call + way));
        if (call >= warmUp) times[kind].push(took);
      }
    const p50 = (kind: keyof typeof ways) => quantile(times[kind], 0.5);
    row(name, 'p50', 'p95', 'ratio');
    row('  the simplest statement', p50('bare'), quantile(times.bare, 0.95));
    row('  ours', p50('ours'), quantile(times.ours, 0.95), p50('ours') / p50('bare'));
    row('  through the gateway', p50('gateway'), quantile(times.gateway, 0.95), p50('gateway') / p50('bare'));
  }
  await gateway.stop();
}

const ofStation = (from: string) => `
FROM air_readings FINAL
WHERE tenant = 'public' AND station = {station:String}
  AND time >= fromUnixTimestamp64Milli(${from}, 'UTC') AND time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')`;

const buckets = `
SELECT intDiv(toUnixTimestamp64Milli(time) - {from:Int64}, {every:Int64}) AS bucket, count() AS samples,
       avg(aqi_us) AS mean, min(aqi_us) AS least, max(aqi_us) AS greatest
${ofStation('{from:Int64}')}
GROUP BY bucket
ORDER BY bucket WITH FILL FROM 0 TO intDiv({to:Int64} - {from:Int64}, {every:Int64})`;

const movingBuckets = `
SELECT intDiv(moment - {from:Int64}, {every:Int64}) AS bucket, count() AS samples,
       avg(aqi) AS mean, min(aqi) AS least, max(aqi) AS greatest, argMax(day, moment) AS moving
FROM
(
    SELECT toUnixTimestamp64Milli(time) AS moment, aqi_us AS aqi,
           avg(aqi_us) OVER (ORDER BY moment RANGE BETWEEN 86400000 PRECEDING AND CURRENT ROW) AS day
    ${ofStation('{from:Int64} - 86400000')}
)
WHERE moment >= {from:Int64}
GROUP BY bucket
ORDER BY bucket WITH FILL FROM 0 TO intDiv({to:Int64} - {from:Int64}, {every:Int64})`;

const newest = `
SELECT toUnixTimestamp64Milli(time) AS moment, aqi_us, temperature, humidity, pressure
FROM air_readings FINAL
WHERE tenant = 'public' AND station = {station:String} AND time <= fromUnixTimestamp64Milli({at:Int64}, 'UTC')
ORDER BY time DESC
LIMIT 1`;

/** A tenth of the points came twice. */
const fill = `
INSERT INTO air_readings (tenant, station, time, country, state, city, latitude, longitude, aqi_us, main_us, aqi_cn,
                          main_cn, temperature, pressure, humidity, wind_speed, wind_direction, parser, started, feed)
SELECT 'public', concat('Country/State/', name), moment, 'Country', 'State', concat('City ', toString(n % {stations:UInt32})) AS name,
       (n % {stations:UInt32}) / 3, (n % {stations:UInt32}) / 2,
       toUInt16(60 + 40 * sin(n / {stations:UInt32} / 4) + sipHash64(n, 1) % 30), 'p2',
       toUInt16(20 + sipHash64(n, 2) % 40), 'p1', toInt16(sipHash64(n, 3) % 400) / 10, 980 + sipHash64(n, 4) % 60,
       sipHash64(n, 5) % 100, toUInt16(sipHash64(n, 6) % 200) / 10, sipHash64(n, 7) % 360, 1,
       addMilliseconds(moment, 60000 + 300000 * (copy = 1)), name
FROM
(
    SELECT {from:UInt64} + number AS n, arrayJoin(if(sipHash64(n) % 10 = 0, [0, 1], [0])) AS copy,
           fromUnixTimestamp64Milli({begin:Int64} + toInt64(intDiv(n, {stations:UInt32})) * 3600000, 'UTC') AS moment
    FROM numbers({count:UInt64})
)`;

const fillStations = 'INSERT INTO air_stations SELECT * FROM air_readings FINAL ORDER BY time DESC LIMIT 1 BY station';
