/**
 * A point as the tables keep it. Of several rows of one that of the newest parser stays, and of one parser that of the
 * earliest fetch: an answer that comes again, now with other weather, changes nothing. When fetches of two feeds began in
 * the same millisecond, the feeds decide, so that the same stays in whichever order the rows were written.
 */
const point = `
    tenant         LowCardinality(String),
    station        String CODEC(ZSTD(1)),
    time           DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    country        LowCardinality(String),
    state          String CODEC(ZSTD(1)),
    city           String CODEC(ZSTD(1)),
    latitude       Float64 CODEC(ZSTD(1)),
    longitude      Float64 CODEC(ZSTD(1)),
    aqi_us         Nullable(UInt16) CODEC(ZSTD(1)),
    main_us        LowCardinality(Nullable(String)),
    aqi_cn         Nullable(UInt16) CODEC(ZSTD(1)),
    main_cn        LowCardinality(Nullable(String)),
    temperature    Nullable(Float64) CODEC(ZSTD(1)),
    pressure       Nullable(Float64) CODEC(ZSTD(1)),
    humidity       Nullable(Float64) CODEC(ZSTD(1)),
    wind_speed     Nullable(Float64) CODEC(ZSTD(1)),
    wind_direction Nullable(Float64) CODEC(ZSTD(1)),
    parser         UInt16 CODEC(ZSTD(1)),
    started        DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    feed           String CODEC(ZSTD(1)),
    precedence     UInt64 MATERIALIZED
        bitShiftLeft(toUInt64(parser), 52)
        + bitShiftLeft(toUInt64(4398046511103 - toUnixTimestamp64Milli(started)), 10)
        + xxHash32(feed) % 1024
        CODEC(Delta, ZSTD(1))`;

/**
 * The points of the stations, a view of air.results and of the raw responses to which it refers. A point is identified
 * by its station and time, from whichever feed and fetch it came. Read it with FINAL.
 */
export const airReadingsTable = (name: string) => `
CREATE TABLE IF NOT EXISTS ${name}
(${point}
)
ENGINE = ReplacingMergeTree(precedence)
ORDER BY (tenant, station, time)
SETTINGS index_granularity = 1024`;

/**
 * The stations, each with its newest point, which says where it is: the same rows as air_readings, so that stations and
 * what they measured last are found without reading their history. Read it with FINAL.
 */
export const airStationsTable = (name: string) => `
CREATE TABLE IF NOT EXISTS ${name}
(${point},
    recency        UInt128 MATERIALIZED bitShiftLeft(toUInt128(toUnixTimestamp64Milli(time)), 64) + precedence
        CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(recency)
ORDER BY (tenant, station)
SETTINGS index_granularity = 256`;

/**
 * The fetches of the feeds that have ended, a view of air.results. Of several rows of a run the one stays that was
 * written to Kafka last, so that a run that was parsed again shows what that gave. Read it with FINAL.
 */
export const airRunsTable = (name: string) => `
CREATE TABLE IF NOT EXISTS ${name}
(
    tenant      LowCardinality(String),
    feed        String CODEC(ZSTD(1)),
    started     DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    run         String CODEC(ZSTD(1)),
    adapter     LowCardinality(String),
    query       String CODEC(ZSTD(1)),
    ended       DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    outcome     LowCardinality(String),
    message     Nullable(String) CODEC(ZSTD(1)),
    http_status Nullable(UInt16) CODEC(ZSTD(1)),
    payload     Nullable(String) CODEC(ZSTD(1)),
    filename    Nullable(String) CODEC(ZSTD(1)),
    parser      UInt16 CODEC(ZSTD(1)),
    station     Nullable(String) CODEC(ZSTD(1)),
    time        Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    at          DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    offset      UInt64 CODEC(Delta, ZSTD(1)),
    recency     UInt128 MATERIALIZED bitShiftLeft(toUInt128(toUnixTimestamp64Milli(at)), 64) + offset CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(recency)
ORDER BY (tenant, feed, started, run)
SETTINGS index_granularity = 1024`;

/**
 * The feeds, a view of air.feeds without their secrets: a row of kind FEED with what each is, and one of kind RUN with
 * what a worker does for it; columns of the other kind are empty. Of several rows the one stays that was written to
 * Kafka last. Read it with FINAL.
 */
export const airFeedsTable = (name: string) => `
CREATE TABLE IF NOT EXISTS ${name}
(
    tenant    LowCardinality(String),
    id        String CODEC(ZSTD(1)),
    kind      LowCardinality(String),
    adapter   LowCardinality(String),
    endpoint  String CODEC(ZSTD(1)),
    query     String CODEC(ZSTD(1)),
    interval  UInt32 CODEC(ZSTD(1)),
    timeout   UInt32 CODEC(ZSTD(1)),
    bucket    String CODEC(ZSTD(1)),
    state     LowCardinality(String),
    due       Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    next      Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    worker    Nullable(String) CODEC(ZSTD(1)),
    started   Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    ended     Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    outcome   LowCardinality(Nullable(String)),
    last_time Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    at        DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    offset    UInt64 CODEC(Delta, ZSTD(1)),
    recency   UInt128 MATERIALIZED bitShiftLeft(toUInt128(toUnixTimestamp64Milli(at)), 64) + offset CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(recency)
ORDER BY (tenant, id, kind)
SETTINGS index_granularity = 1024`;
