import 'reflect-metadata';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Message } from 'kafkajs';
import { toReadingRow } from '../ingest/occupancy/rows.ts';
import { occupancyView } from '../ingest/occupancy/sink.ts';
import { openClickHouse, Tables } from '../platform/clickhouse.ts';
import type { Settings } from '../platform/config.ts';
import { projectRoot } from '../platform/root.ts';
import { publicTenant } from '../schema/tenant.ts';
import { lockFolder } from '../servers/lock.ts';
import { startServers } from '../servers/servers.ts';
import { OccupancyQuestions } from '../subgraphs/occupancy/questions.ts';
import { type Apart, apart } from './apart.ts';
import { askGraph } from './ask.ts';
import { quantile, row, timed } from './figures.ts';
import { benchIngest } from './ingest.ts';
import { begin, days, occupancyData, placeOf, type Size } from './occupancyData.ts';
import { numbersOf } from './options.ts';

const mostIngested = 500_000;
const warmUp = 20;
const minute = 60_000;
const day = 24 * 60 * minute;

/**
 * Counts out of a hundredth, a tenth and all of the readings of some DPUs. The data is made once for each size, and kept
 * by a ClickHouse server of its own.
 * @param args `--readings` and `--dpus`: how much there is to count; `--calls`: how often each question is asked
 */
export async function run(given: Settings, args: string[]): Promise<void> {
  const { calls, ...largest } = numbersOf(args, {
    readings: { default: 100_000, least: 10_000 },
    dpus: { default: 1_000, least: 100 },
    calls: { default: 20, least: 1 },
  });
  const folder = join(projectRoot, '.tributary', 'bench');
  const unlock = await lockFolder(folder);
  // ClickHouse alone is started here, on a folder that is kept.
  const kept = await startServers(
    { ...given, CLICKHOUSE_URL: '', CLICKHOUSE_PORT: 0, TRIBUTARY_DATA: folder },
    { say: console.log, progress: () => {} },
  );
  try {
    await using installation = await apart(given);
    await benchIngest(installation, {
      ...{ topic: 'occupancy.readings', table: 'occupancy_readings', what: 'readings' },
      ...{ count: Math.min(mostIngested, largest.readings), messages: readingMessages, toRow: toReadingRow },
      view: ({ clickhouse, publisher }) => occupancyView(clickhouse, publisher),
    });
    for (const readings of [0.01, 0.1, 1].map((share) => Math.ceil(largest.readings * share)))
      await benchQuestions(installation, kept.settings, { ...largest, readings }, calls);
  } finally {
    await kept.stop();
    await unlock();
  }
}

async function benchQuestions({ role }: Apart, kept: Settings, size: Size, calls: number): Promise<void> {
  const database = await occupancyData(kept, size);
  const clickhouse = openClickHouse({ ...kept, CLICKHOUSE_DATABASE: database });
  const questions = new OccupancyQuestions(new Tables(clickhouse), publicTenant);
  const gateway = await role('gateway', { CLICKHOUSE_URL: kept.CLICKHOUSE_URL, CLICKHOUSE_DATABASE: database });
  const ask = askGraph(gateway.port);
  console.log(
    `\n${size.readings} readings of ${size.dpus} DPUs in ${days} days, one caller, ${calls} calls each in turn, ms`,
  );
  row('bytes per reading on disk (aim 12)', await bytesPerReading(clickhouse));
  for (const [name, { sql, gateway }] of Object.entries(asked(questions, ask, size.dpus))) {
    const times: { sql: number[]; gateway: number[] } = { sql: [], gateway: [] };
    for (let call = -warmUp; call < calls; call++) {
      const number = 2 * (call + warmUp);
      const s = await timed(() => sql(number));
      const g = await timed(() => gateway(number + 1));
      if (call < 0) continue;
      times.sql.push(s);
      times.gateway.push(g);
    }
    row(name, 'p50', 'p95');
    row('  the statements', quantile(times.sql, 0.5), quantile(times.sql, 0.95));
    row('  through the gateway', quantile(times.gateway, 0.5), quantile(times.gateway, 0.95));
  }
  await gateway.stop();
  await clickhouse.close();
}

/**
 * The statements are those that the graph asks with: the look-up of the space is among them. Each call asks about
 * another space and time, so that nothing is answered from memory of the call before.
 */
function asked(questions: OccupancyQuestions, ask: ReturnType<typeof askGraph>, dpus: number) {
  const place = placeOf(dpus);
  const any = (call: number) => String((call * 7_919 + 100) % place.spaces);
  const big = (call: number) => String(call % place.bigSpaces);
  const at = (call: number) => begin + day + ((call * 1_234_567_891) % ((days - 2) * day));
  const question = {
    count: (spaceOf: (call: number) => string) => ({
      async sql(call: number) {
        await questions.count((await questions.spaceAround(spaceOf(call)))!, at(call));
      },
      gateway: (call: number) =>
        ask('query ($space: ID!, $at: DateTime) { space(id: $space) { count(at: $at) { value } } }', {
          space: spaceOf(call),
          at: new Date(at(call)),
        }),
    }),
    series: (spaceOf: (call: number) => string) => ({
      async sql(call: number) {
        await questions.series((await questions.spaceAround(spaceOf(call)))!, {
          from: at(call),
          to: at(call) + day,
          every: 5 * minute,
        });
      },
      gateway: (call: number) =>
        ask(
          'query ($space: ID!, $from: DateTime!, $to: DateTime!) { space(id: $space) { series(from: $from, to: $to, every: "PT5M") { start entered left value min max } } }',
          { space: spaceOf(call), from: new Date(at(call)), to: new Date(at(call) + day) },
        ),
    }),
  };
  return {
    'count at a time (aim 20)': question.count(any),
    'a day by 5 minutes (aim 40)': question.series(any),
    'count of a space of 50 doorways': question.count(big),
    'a day of it by 5 minutes': question.series(big),
  };
}

async function bytesPerReading(clickhouse: ClickHouseClient): Promise<number> {
  const query = `SELECT sum(bytes_on_disk) / sum(rows) AS bytes FROM system.parts
                 WHERE active AND database = currentDatabase() AND table = 'occupancy_readings'`;
  const [row] = await (await clickhouse.query({ query, format: 'JSONEachRow' })).json<{ bytes: number }>();
  return row!.bytes;
}

/** Readings as sensors send them, a tenth of them with an id. */
function readingMessages(from: number, count: number): Message[] {
  return Array.from({ length: count }, (_, place) => {
    const at = from + place;
    const dpu_id = (at * 7_919) % 100_000;
    const reading = { dpu_id, timestamp: new Date(begin + at * 20).toISOString(), direction: at % 2 === 0 ? 1 : -1 };
    const value = JSON.stringify(at % 10 === 0 ? { ...reading, reading_id: String(at) } : reading);
    return { key: String(dpu_id), value };
  });
}
