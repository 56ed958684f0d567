import type { Span } from '../span.ts';

/*
 * Questions to the tables occupancy_topology and occupancy_readings. Times are in milliseconds since 1970. Aliases
 * differ from the names of columns, because in ClickHouse an alias also counts in WHERE.
 */

const all = (conditions: string[]) => conditions.join('\n    AND ');
const where = (conditions: string[]) => (conditions.length === 0 ? '' : `\n  AND ${conditions.join('\n  AND ')}`);

/** The rows that are true now: of every thing the latest, unless it is deleted. @param things which things */
const latest = (things: string[]) => `
(
  SELECT *
  FROM occupancy_topology
  WHERE ${all(['tenant = {tenant:String}', ...things])}
  ORDER BY at DESC, partition DESC, offset DESC
  LIMIT 1 BY kind, id, moment
)
WHERE NOT deleted`;

const space = 'name, latitude, longitude, company';
const doorway = 'name, ingress, egress';

export const spacesById = `
SELECT id AS owner, ${space}
FROM ${latest(["kind = 'SPACE'", 'id IN {owners:Array(String)}'])}`;

export const spacesOfCompanies = `
SELECT company AS owner, id, ${space}
FROM ${latest(["kind = 'SPACE'"])}
  AND company IN {owners:Array(String)}
ORDER BY name, id
LIMIT {first:UInt32} BY owner`;

const distance = `greatCircleDistance(assumeNotNull(longitude), assumeNotNull(latitude), toFloat64(parts[2]), toFloat64(parts[1]))`;

/** The nearest first. An owner is the latitude and the longitude of a place, with a slash between. */
export const spacesNear = `
SELECT place AS owner, id, ${space}
FROM (SELECT arrayJoin({owners:Array(String)}) AS place, splitByChar('/', place) AS parts) AS places
CROSS JOIN
(
  SELECT id, ${space}
  FROM ${latest(["kind = 'SPACE'"])}
    AND latitude IS NOT NULL AND longitude IS NOT NULL
) AS spaces
WHERE ${distance} <= {metres:Float64}
ORDER BY ${distance}, id
LIMIT {first:UInt32} BY owner`;

export const doorwaysById = `
SELECT id AS owner, ${doorway}
FROM ${latest(["kind = 'DOORWAY'", 'id IN {owners:Array(String)}'])}`;

export const dpusById = `
SELECT id AS owner
FROM ${latest(["kind = 'DPU'", 'id IN {owners:Array(String)}'])}`;

/** One row for each space of a doorway that is asked about. */
export const doorwaysOfSpaces = `
SELECT arrayJoin([ingress, egress]) AS owner, id, ${doorway}
FROM ${latest(["kind = 'DOORWAY'"])}
  AND owner IN {owners:Array(String)}
ORDER BY name, id`;

const byName = (after: unknown) => (after === null ? [] : ['(name, id) > ({afterName:String}, {afterId:String})']);
const named = (name: string | null) => (name === null ? [] : ['position(folded, {name:String}) > 0']);

export const spacesInOrder = (name: string | null, after: unknown) => `
SELECT id, ${space}
FROM ${latest(["kind = 'SPACE'"])}${where([...named(name), ...byName(after)])}
ORDER BY name, id
LIMIT {limit:UInt32}`;

export const countSpaces = (name: string | null) => `
SELECT count() AS total
FROM ${latest(["kind = 'SPACE'"])}${where(named(name))}`;

const touching = (ofSpace: string | null) =>
  ofSpace === null ? [] : ['(ingress = {space:String} OR egress = {space:String})'];

export const doorwaysInOrder = (ofSpace: string | null, after: unknown) => `
SELECT id, ${doorway}
FROM ${latest(["kind = 'DOORWAY'"])}${where([...touching(ofSpace), ...byName(after)])}
ORDER BY name, id
LIMIT {limit:UInt32}`;

export const countDoorways = (ofSpace: string | null) => `
SELECT count() AS total
FROM ${latest(["kind = 'DOORWAY'"])}${where(touching(ofSpace))}`;

export const dpusInOrder = (after: unknown) => `
SELECT id
FROM ${latest(["kind = 'DPU'", ...(after === null ? [] : ['id > {afterId:String}'])])}
ORDER BY id
LIMIT {limit:UInt32}`;

export const countDpus = `
SELECT count() AS total
FROM ${latest(["kind = 'DPU'"])}`;

const isBefore = 'offset < arrayElement({position:Array(UInt64)}, partition + 1)';
const isEarliestBefore =
  'argMax(offset, earliness) < arrayElement({position:Array(UInt64)}, argMax(partition, earliness) + 1)';

/** What a question about the topology begins with. */
export type Owners = 'space' | 'doorway' | 'dpu';

const doorwayIds: Record<Owners, string> = {
  space: `SELECT id FROM occupancy_topology WHERE tenant = {tenant:String} AND kind = 'DOORWAY'
    AND (ingress IN {owners:Array(String)} OR egress IN {owners:Array(String)})`,
  doorway: 'SELECT arrayJoin({owners:Array(String)})',
  dpu: `SELECT doorway FROM occupancy_topology WHERE tenant = {tenant:String} AND kind = 'MOUNT'
    AND id IN {owners:Array(String)}`,
};

const dpusOver = (
  doorways: string,
) => `SELECT id FROM occupancy_topology WHERE tenant = {tenant:String} AND kind = 'MOUNT'
    AND doorway IN (${doorways})`;

const dpuIds: Record<Owners, string> = {
  space: dpusOver(doorwayIds.space),
  doorway: dpusOver(doorwayIds.doorway),
  dpu: 'SELECT arrayJoin({owners:Array(String)})',
};

/**
 * The topology around some spaces, doorways or DPUs: the doorways that are or were theirs, the DPUs that hang or hung
 * there, every mount of these DPUs, because where one begins another ends; and the spaces and their calibrations.
 * @param before as it was told before a position of the topic
 */
export const around = (owners: Owners, before: boolean) => `
SELECT kind, id, toUnixTimestamp64Milli(moment) AS begin, ${space}, ingress, egress, doorway,
       toUnixTimestamp64Milli(until) AS end, people
FROM ${latest([
  `(
      kind = 'DOORWAY' AND id IN (${doorwayIds[owners]})
      OR kind IN ('DPU', 'MOUNT') AND id IN (${dpuIds[owners]})
      ${owners === 'space' ? "OR kind IN ('SPACE', 'CALIBRATION') AND id IN {owners:Array(String)}" : ''}
    )`,
  ...(before ? [isBefore] : []),
])}`;

/**
 * Readings with the space that they count for and the change that they make there. The parameters are columns of one
 * table, a row for each interval; `least` and `most` are the bounds of all of them.
 *
 * Of rows of one reading the earliest is taken, here by grouping: what FINAL takes, which merges all parts, is twice as slow for the few rows of some DPUs.
 * @param before only what stands before a position of the topic
 */
const effects = (before: boolean) => `
(
  SELECT owner, reading.time AS time, reading.way * sign AS effect
  FROM
  (
    SELECT dpu, time, argMax(direction, earliness) AS way
    FROM occupancy_readings
    WHERE tenant = {tenant:String} AND dpu IN {dpus:Array(String)}
      AND time >= fromUnixTimestamp64Milli({least:Int64}, 'UTC') AND time < fromUnixTimestamp64Milli({most:Int64}, 'UTC')
    GROUP BY dpu, time, id, if(id = '', earliness, 0)${before ? `\n    HAVING ${isEarliestBefore}` : ''}
  ) AS reading
  INNER JOIN
  (
    SELECT row.1 AS owner, row.2 AS dpu, row.5 AS sign,
           fromUnixTimestamp64Milli(row.3, 'UTC') AS begin, fromUnixTimestamp64Milli(row.4, 'UTC') AS end
    FROM
    (
      SELECT arrayJoin(arrayZip({spaces:Array(String)}, {dpus:Array(String)}, {begins:Array(Int64)},
                                {ends:Array(Int64)}, {signs:Array(Int8)})) AS row
    )
  ) AS interval ON interval.dpu = reading.dpu
  WHERE reading.time >= begin AND reading.time < end
)`;

export const changes = `
SELECT owner, sum(effect) AS change
FROM ${effects(false)}
GROUP BY owner`;

/** What had come before a position: the change in (base, at], the newest reading until then, the next one, and their number. */
export const changesBefore = `
SELECT sumIf(effect, passed > {base:Int64} AND passed <= {at:Int64}) AS change,
       maxIf(passed, passed <= {at:Int64}) AS newest,
       minIf(passed, passed > {at:Int64}) AS upcoming,
       count() AS readings
FROM
(
  SELECT toUnixTimestamp64Milli(time) AS passed, effect
  FROM ${effects(true)}
)`;

/**
 * What happens in every stretch, see buckets.ts. Of readings at one moment only what they do together is seen. All that
 * was before the first bucket is one moment, in a bucket of number -1.
 */
export const stretches = `
SELECT bucket, calibration, min(moment) AS first, sum(ins) AS entered, sum(outs) AS left,
       sum(net) AS change, min(sum_so_far) AS lowest, max(sum_so_far) AS highest
FROM
(
  SELECT *, sum(net) OVER (PARTITION BY bucket, calibration ORDER BY moment) AS sum_so_far
  FROM
  (
    SELECT greatest(toUnixTimestamp64Milli(time), {from:Int64} - 1) AS moment,
           intDiv(moment - {from:Int64} + {every:Int64}, {every:Int64}) - 1 AS bucket,
           arrayCount(at -> at <= moment, {calibrations:Array(Int64)}) AS calibration,
           countIf(effect = 1) AS ins, countIf(effect = -1) AS outs,
           if(has({calibrations:Array(Int64)}, moment), 0, sum(effect)) AS net
    FROM ${effects(false)}
    GROUP BY moment
  )
)
GROUP BY bucket, calibration`;

const inSpan = ({ from, to }: Span) => [
  ...(from === null ? [] : ["time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')"]),
  ...(to === null ? [] : ["time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')"]),
];
const ofDpu = (dpu: string | null) => (dpu === null ? [] : ['dpu = {dpu:String}']);

export const readingsInOrder = (dpu: string | null, span: Span, after: unknown) => `
SELECT dpu, toUnixTimestamp64Milli(time) AS passed, direction, id, toString(earliness) AS place, partition, offset
FROM occupancy_readings FINAL
WHERE tenant = {tenant:String}${where([
  ...ofDpu(dpu),
  ...inSpan(span),
  ...(after === null
    ? []
    : [
        "(time, dpu, id, earliness) < (fromUnixTimestamp64Milli({afterTime:Int64}, 'UTC'), {afterDpu:String}, {afterId:String}, {afterPlace:UInt64})",
      ]),
])}
ORDER BY time DESC, dpu DESC, id DESC, earliness DESC
LIMIT {limit:UInt32}`;

export const countReadings = (dpu: string | null, span: Span) => `
SELECT count() AS total
FROM occupancy_readings FINAL
WHERE tenant = {tenant:String}${where([...ofDpu(dpu), ...inSpan(span)])}`;

/** Where readings stand that have an id; of one that stands in the log several times, the first place. */
export const placesOfReadings = `
SELECT partition, offset
FROM occupancy_readings FINAL
WHERE tenant = {tenant:String} AND dpu IN {dpus:Array(String)}
  AND (dpu, toUnixTimestamp64Milli(time), id) IN
  (
    SELECT (row.1, row.2, row.3)
    FROM
    (
      SELECT arrayJoin(arrayZip({dpus:Array(String)}, {times:Array(Int64)}, {ids:Array(String)})) AS row
    )
  )`;
