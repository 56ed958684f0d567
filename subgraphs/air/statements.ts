/*
 * Questions to the tables of air. Times are in milliseconds since 1970. Aliases differ from the names of columns,
 * because in ClickHouse an alias also counts in WHERE.
 */

const reading = `station, toUnixTimestamp64Milli(time) AS moment, aqi_us, main_us, aqi_cn, main_cn, temperature, pressure,
       humidity, wind_speed, wind_direction`;
/** A station is read with its newest reading, which stands in the same row. */
const station = `${reading}, country, state, city, latitude, longitude`;
const run = `run, toUnixTimestamp64Milli(started) AS begun, toUnixTimestamp64Milli(ended) AS over, outcome, message,
       filename, parser`;
const lines = (conditions: string[]) => conditions.map((line) => `\n  AND ${line}`).join('');

export const stationsById = `
SELECT station AS owner, ${station}
FROM air_stations FINAL
WHERE tenant = {tenant:String} AND station IN {owners:Array(String)}`;

export interface StationFilter {
  country: string | null;
  city: string | null;
}

const fits = ({ country, city }: StationFilter) => [
  ...(country === null ? [] : ['country = {country:String}']),
  ...(city === null ? [] : ['city = {city:String}']),
];

export const stationsInOrder = (filter: StationFilter, after: unknown) => `
SELECT ${station}
FROM air_stations FINAL
WHERE tenant = {tenant:String}${lines([...fits(filter), ...(after === null ? [] : ['station > {afterId:String}'])])}
ORDER BY station
LIMIT {limit:UInt32}`;

/** Distances are in millimetres, over a sphere. */
export const stationsByDistance = (filter: StationFilter, after: unknown) => `
SELECT ${station},
       toInt64(round(1000 * greatCircleDistance(longitude, latitude, {longitude:Float64}, {latitude:Float64}))) AS distance
FROM air_stations FINAL
WHERE tenant = {tenant:String}${lines([
  ...fits(filter),
  ...(after === null ? [] : ['(distance, station) > ({afterDistance:Int64}, {afterId:String})']),
])}
ORDER BY distance, station
LIMIT {limit:UInt32}`;

export const countStations = (filter: StationFilter) => `
SELECT count() AS total
FROM air_stations FINAL
WHERE tenant = {tenant:String}${lines(fits(filter))}`;

/** An owner is the latitude and the longitude of a place, with a slash between. */
export const nearestStations = `
SELECT place AS owner,
       argMin(station, (greatCircleDistance(longitude, latitude, toFloat64(parts[2]), toFloat64(parts[1])), station)) AS nearest
FROM (SELECT arrayJoin({owners:Array(String)}) AS place, splitByChar('/', place) AS parts) AS places
CROSS JOIN (SELECT station, latitude, longitude FROM air_stations FINAL WHERE tenant = {tenant:String}) AS stations
GROUP BY place`;

/** Of each station the newest reading up to a time. The times are found first, which reads one column. */
export const readingsAt = `
SELECT station AS owner, ${reading}
FROM air_readings FINAL
WHERE tenant = {tenant:String}
  AND station IN {owners:Array(String)}
  AND (station, time) IN
  (
      SELECT station, max(time)
      FROM air_readings
      WHERE tenant = {tenant:String}
        AND station IN {owners:Array(String)}
        AND time <= fromUnixTimestamp64Milli({at:Int64}, 'UTC')
      GROUP BY station
  )`;

/** An owner is the time and the station of a reading, with a slash between. */
export const readingsByIdentity = `
SELECT concat(toString(toUnixTimestamp64Milli(time)), '/', station) AS owner, ${reading}
FROM air_readings FINAL
WHERE tenant = {tenant:String}
  AND station IN {stations:Array(String)}
  AND time IN (SELECT fromUnixTimestamp64Milli(arrayJoin({times:Array(Int64)}), 'UTC'))
  AND owner IN {owners:Array(String)}`;

/**
 * Every bucket. To the readings a mark is added where each bucket ends: the window of 24 hours before it gives the
 * moving mean there.
 */
export const series = `
WITH points AS
(
    SELECT toUnixTimestamp64Milli(time) AS moment, aqi_us AS aqi, true AS is_reading
    FROM air_readings FINAL
    WHERE tenant = {tenant:String} AND station = {station:String}
      AND time >= fromUnixTimestamp64Milli({from:Int64} - 86400000, 'UTC')
      AND time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    UNION ALL
    SELECT least({from:Int64} + toInt64(number + 1) * {every:Int64}, {to:Int64}), NULL, false
    FROM numbers({buckets:UInt64})
)
SELECT intDiv(moment - if(is_reading, 0, 1) - {from:Int64}, {every:Int64}) AS bucket,
       countIf(is_reading) AS samples,
       avg(aqi) AS mean,
       min(aqi) AS least_aqi,
       max(aqi) AS greatest_aqi,
       anyIf(day, NOT is_reading) AS moving
FROM
(
    SELECT *, avg(aqi) OVER (ORDER BY moment RANGE BETWEEN 86400000 PRECEDING AND 1 PRECEDING) AS day
    FROM points
)
WHERE moment >= {from:Int64}
GROUP BY bucket
ORDER BY bucket`;

export const lastAqiBefore = `
SELECT aqi_us AS aqi
FROM air_readings FINAL
WHERE tenant = {tenant:String} AND station = {station:String}
  AND time < fromUnixTimestamp64Milli({from:Int64}, 'UTC')
  AND aqi_us IS NOT NULL
ORDER BY time DESC
LIMIT 1`;

const feeds = (condition: string) => `
SELECT id AS owner, adapter, endpoint, query, interval, timeout, bucket, state, done.worker AS worker, done.work AS work
FROM (SELECT * FROM air_feeds FINAL WHERE tenant = {tenant:String} AND kind = 'FEED'${condition}) AS feed
LEFT JOIN
(
    SELECT id, worker, state AS work
    FROM air_feeds FINAL
    WHERE tenant = {tenant:String} AND kind = 'RUN'${condition}
) AS done USING (id)
ORDER BY id`;

export const allFeeds = feeds('');
export const feedsById = feeds(' AND id IN {owners:Array(String)}');

export const lastRuns = `
SELECT feed AS owner, ${run}
FROM air_runs FINAL
WHERE tenant = {tenant:String}
  AND feed IN {owners:Array(String)}
  AND (feed, started) IN
      (SELECT feed, max(started) FROM air_runs WHERE tenant = {tenant:String} AND feed IN {owners:Array(String)} GROUP BY feed)
ORDER BY run DESC
LIMIT 1 BY feed`;

export const runsOfFeeds = (after: unknown) => `
SELECT feed AS owner, ${run}
FROM air_runs FINAL
WHERE tenant = {tenant:String} AND feed IN {owners:Array(String)}${lines(
  after === null ? [] : ["(started, run) < (fromUnixTimestamp64Milli({afterTime:Int64}, 'UTC'), {afterRun:String})"],
)}
ORDER BY started DESC, run DESC
LIMIT {limit:UInt32} BY feed`;

export const countRuns = `
SELECT feed AS owner, uniqExact(started, run) AS total
FROM air_runs
WHERE tenant = {tenant:String} AND feed IN {owners:Array(String)}
GROUP BY feed`;

/** The runs of a feed whose response was a whole answer, oldest first, after one of them. */
export const storedRuns = `
SELECT run, adapter, query, toUnixTimestamp64Milli(started) AS begun, toUnixTimestamp64Milli(ended) AS over, outcome,
       http_status, payload, filename
FROM air_runs FINAL
WHERE tenant = {tenant:String} AND feed = {feed:String}
  AND (started, run) > (fromUnixTimestamp64Milli({afterTime:Int64}, 'UTC'), {afterRun:String})
  AND started >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND started < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
  AND filename IS NOT NULL AND outcome IN ('STORED', 'UNCHANGED', 'REFUSED', 'CORRUPT')
ORDER BY started, run
LIMIT {limit:UInt32}`;
