import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { openClickHouse } from '../platform/clickhouse.ts';
import type { Settings } from '../platform/config.ts';
import { readingsTable, topologyTable } from '../schema/occupancy/tables.ts';

/** How much there is to count. */
export interface Size {
  readings: number;
  dpus: number;
}

export const begin = Date.UTC(2026, 0, 1);
export const days = 90;

const bigSpaces = 10;
const doorwaysOfBigSpace = 50;

/** A place with so many DPUs: more doorways than spaces, and a few spaces with very many. */
export function placeOf(dpus: number) {
  const spaces = Math.ceil(dpus * 0.4);
  return { spaces, doorways: Math.ceil(dpus * 0.6), bigSpaces: Math.min(bigSpaces, Math.floor(spaces / 10)) };
}

/**
 * The database with the data of a size. It is made once and kept, under its name when it is whole and not before;
 * when the tables or the statements below change, it is made anew, and what the old ones made is dropped.
 */
export async function occupancyData(settings: Settings, size: Size): Promise<string> {
  const server = openClickHouse({ ...settings, CLICKHOUSE_DATABASE: 'system' });
  try {
    const { data: databases } = await (
      await server.query({ query: "SELECT name FROM databases WHERE name LIKE 'occupancy%'", format: 'JSON' })
    ).json<{ name: string }>();
    for (const { name } of databases)
      if (!name.endsWith(make)) await server.command({ query: `DROP DATABASE ${name}` });
    const name = `occupancy_${size.dpus}_dpus_${size.readings}_readings_${make}`;
    if (!databases.some((database) => database.name === name)) await build(settings, server, size, name);
    return name;
  } finally {
    await server.close();
  }
}

async function build(settings: Settings, server: ClickHouseClient, size: Size, name: string): Promise<void> {
  console.log(`Building ${size.readings} readings of ${size.dpus} DPUs, once`);
  const unfinished = 'occupancy_unfinished';
  await server.command({ query: `CREATE DATABASE ${unfinished} ENGINE = Atomic` });
  const clickhouse = openClickHouse({ ...settings, CLICKHOUSE_DATABASE: unfinished }, 600);
  const query_params = { ...size, ...placeOf(size.dpus), bigSpaces, doorwaysOfBigSpace, begin, days };
  for (const query of [...tables, ...topology]) await clickhouse.command({ query, query_params });
  // A part for each day, as ingest leaves many parts to be merged.
  for (let day = 0; day < days; day++)
    await clickhouse.command({ query: readings, query_params: { ...query_params, day } });
  await merged(clickhouse);
  await clickhouse.close();
  await server.command({ query: `RENAME DATABASE ${unfinished} TO ${name}` });
}

/** Waits until ClickHouse thinks that the parts are few enough. */
export async function merged(clickhouse: ClickHouseClient): Promise<void> {
  const merges = 'SELECT count() AS running FROM system.merges WHERE database = currentDatabase()';
  for (let quiet = 0; quiet < 3; ) {
    await delay(1_000);
    const [row] = await (await clickhouse.query({ query: merges, format: 'JSONEachRow' })).json<{ running: string }>();
    quiet = Number(row!.running) === 0 ? quiet + 1 : 0;
  }
}

const tables = [topologyTable('occupancy_topology'), readingsTable('occupancy_readings')];

/*
 * Everything follows from its number, so every build is the same. Strings of digits are ids.
 */

const saved = "toDateTime64('2025-12-01', 3, 'UTC')";

/** The first doorways are those of the big spaces; a third leads outdoors, the others to any other space. */
const topology = [
  `INSERT INTO occupancy_topology (tenant, kind, id, name, folded, at, partition, offset)
   SELECT 'public', 'SPACE', toString(number) AS id, concat('Space ', id), concat('space ', id), ${saved}, number % 4, number
   FROM numbers({spaces:UInt64})`,
  `INSERT INTO occupancy_topology (tenant, kind, id, name, folded, ingress, egress, at, partition, offset)
   WITH if(number < {bigSpaces:UInt64} * {doorwaysOfBigSpace:UInt64}, intDiv(number, {doorwaysOfBigSpace:UInt64}),
           sipHash64(number, 1) % {spaces:UInt64}) AS space
   SELECT 'public', 'DOORWAY', toString(number) AS id, concat('Doorway ', id), concat('doorway ', id), toString(space),
          if(number % 3 = 0, NULL, toString((space + 1 + sipHash64(number, 2) % ({spaces:UInt64} - 1)) % {spaces:UInt64})),
          ${saved}, number % 4, 1000000 + number
   FROM numbers({doorways:UInt64})`,
  `INSERT INTO occupancy_topology (tenant, kind, id, at, partition, offset)
   SELECT 'public', 'DPU', toString(number), ${saved}, number % 4, 2000000 + number
   FROM numbers({dpus:UInt64})`,
  `INSERT INTO occupancy_topology (tenant, kind, id, moment, doorway, at, partition, offset)
   SELECT 'public', 'MOUNT', toString(number), ${saved},
          toString(intDiv(number * {doorways:UInt64}, {dpus:UInt64})), ${saved}, number % 4, 3000000 + number
   FROM numbers({dpus:UInt64})`,
  // A tenth of the DPUs is moved.
  `INSERT INTO occupancy_topology (tenant, kind, id, moment, doorway, at, partition, offset)
   SELECT 'public', 'MOUNT', toString(number),
          fromUnixTimestamp64Milli(toInt64({begin:Int64} + sipHash64(number, 3) % ({days:UInt64} * 86400000)), 'UTC') AS moment,
          toString(sipHash64(number, 4) % {doorways:UInt64}), moment, number % 4, 4000000 + number
   FROM numbers({dpus:UInt64})
   WHERE number % 10 = 0`,
  // A quarter of the spaces is calibrated every week, at night.
  `INSERT INTO occupancy_topology (tenant, kind, id, moment, people, at, partition, offset)
   SELECT 'public', 'CALIBRATION', toString(number),
          fromUnixTimestamp64Milli(toInt64({begin:Int64} + (7 * week * 24 + 3) * 3600000), 'UTC') AS moment, 0, moment, number % 4,
          5000000 + number * 100 + week
   FROM numbers({spaces:UInt64})
   ARRAY JOIN range(intDiv({days:UInt64}, 7)) AS week
   WHERE number % 4 = 1`,
];

/**
 * The readings that come in on a day. People come from 6 to 22 o'clock in three waves, more to some doorways than to
 * others, and leave in the second half of the day. A tenth of the readings has an id, and every 500th says again what
 * the one before has said. One of 50 is up to two days late, and all are up to a minute.
 */
const readings = `
INSERT INTO occupancy_readings (tenant, dpu, time, direction, id, earliness)
WITH number + intDiv({readings:UInt64} * {day:UInt64}, {days:UInt64}) AS place,
     place - (place % 500 = 1) AS n,
     intDiv(n * {days:UInt64}, {readings:UInt64}) AS daysBefore,
     n * {days:UInt64} / {readings:UInt64} - daysBefore AS share,
     share + sin(6 * pi() * share) / 20 AS ofDay,
     if(sipHash64(n, 5) % 50 = 0, sipHash64(n, 6) % 172800000, sipHash64(n, 7) % 60000) AS lateMs,
     toUInt64(pow(sipHash64(n, 8) / 18446744073709551616, 1.5) * {dpus:UInt64}) AS dpuNumber
SELECT 'public', toString(dpuNumber),
       fromUnixTimestamp64Milli(toInt64({begin:Int64} + daysBefore * 86400000 + (6 + 16 * ofDay) * 3600000 - lateMs), 'UTC'),
       if(sipHash64(n, 9) % 100 < if(ofDay < 0.5, 65, 35), 1, -1),
       if(sipHash64(n, 10) % 10 = 0, hex(sipHash64(n, 11)), ''),
       9223372036854775807 - (place * 4096 + dpuNumber % 4)
FROM numbers(intDiv({readings:UInt64} * ({day:UInt64} + 1), {days:UInt64}) - intDiv({readings:UInt64} * {day:UInt64}, {days:UInt64}))`;

const make = createHash('sha256')
  .update([...tables, ...topology, readings].join())
  .digest('hex')
  .slice(0, 8);
