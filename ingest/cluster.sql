CREATE TABLE IF NOT EXISTS tributary.log_local ON CLUSTER 'river'
(
    topic     LowCardinality(String),
    partition UInt32,
    offset    UInt64,
    at        DateTime64(3, 'UTC'),
    key       Nullable(String),
    headers   String CODEC(ZSTD(1)),
    value     Nullable(String) CODEC(ZSTD(3))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/{table}/{shard}', '{replica}')
PARTITION BY (topic, toYYYYMM(at))
ORDER BY (topic, partition, offset)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS tributary.log ON CLUSTER 'river' AS tributary.log_local
ENGINE = Distributed('river', 'tributary', 'log_local', cityHash64(topic, partition));

CREATE TABLE IF NOT EXISTS tributary.redriven_local ON CLUSTER 'river'
(
    topic        LowCardinality(String),
    partition    UInt32,
    offset       UInt64,
    by_partition UInt32,
    by_offset    UInt64,
    at           DateTime64(3, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/{table}/{shard}', '{replica}')
ORDER BY (topic, partition, offset, by_partition, by_offset);

CREATE TABLE IF NOT EXISTS tributary.redriven ON CLUSTER 'river' AS tributary.redriven_local
ENGINE = Distributed('river', 'tributary', 'redriven_local', cityHash64(topic, partition));

CREATE TABLE IF NOT EXISTS tributary.occupancy_topology_local ON CLUSTER 'river'
(
    tenant    LowCardinality(String),
    kind      LowCardinality(String),
    id        String CODEC(ZSTD(1)),
    moment    DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    deleted   Bool,
    name      String CODEC(ZSTD(3)),
    folded    String CODEC(ZSTD(3)),
    latitude  Nullable(Float64) CODEC(ZSTD(1)),
    longitude Nullable(Float64) CODEC(ZSTD(1)),
    company   Nullable(String) CODEC(ZSTD(1)),
    ingress   Nullable(String) CODEC(ZSTD(1)),
    egress    Nullable(String) CODEC(ZSTD(1)),
    doorway   Nullable(String) CODEC(ZSTD(1)),
    until     Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    people    Nullable(Int32) CODEC(ZSTD(1)),
    at        DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    partition UInt32 CODEC(ZSTD(1)),
    offset    UInt64 CODEC(Delta, ZSTD(1)),
    INDEX near (ingress, egress, doorway) TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/{table}/{shard}', '{replica}')
ORDER BY (tenant, kind, id, moment, at, partition, offset)
SETTINGS index_granularity = 256, min_compress_block_size = 4096, max_compress_block_size = 16384;

CREATE TABLE IF NOT EXISTS tributary.occupancy_topology ON CLUSTER 'river' AS tributary.occupancy_topology_local
ENGINE = Distributed('river', 'tributary', 'occupancy_topology_local', cityHash64(tenant, kind, id));

CREATE TABLE IF NOT EXISTS tributary.occupancy_readings_local ON CLUSTER 'river'
(
    tenant    LowCardinality(String),
    dpu       String CODEC(ZSTD(1)),
    time      DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    direction Int8 CODEC(ZSTD(1)),
    id        String CODEC(ZSTD(1)),
    earliness UInt64 CODEC(Delta, ZSTD(1)),
    partition UInt32 ALIAS (9223372036854775807 - earliness) % 4096,
    offset    UInt64 ALIAS intDiv(9223372036854775807 - earliness, 4096)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/{table}/{shard}', '{replica}', earliness)
ORDER BY (tenant, dpu, time, id, if(id = '', earliness, 0))
SETTINGS index_granularity = 1024, min_compress_block_size = 16384, max_compress_block_size = 16384;

CREATE TABLE IF NOT EXISTS tributary.occupancy_readings ON CLUSTER 'river' AS tributary.occupancy_readings_local
ENGINE = Distributed('river', 'tributary', 'occupancy_readings_local', cityHash64(tenant, dpu));

CREATE TABLE IF NOT EXISTS tributary.wiki_edits_local ON CLUSTER 'river'
(
    id         String CODEC(ZSTD(1)),
    wiki       LowCardinality(String),
    type       LowCardinality(String),
    title      String CODEC(ZSTD(3)),
    user       String CODEC(ZSTD(3)),
    bot        Bool,
    minor      Bool,
    namespace  Int32 CODEC(ZSTD(1)),
    comment    String CODEC(ZSTD(3)),
    folded     String CODEC(ZSTD(3)),
    time       DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    old_length Nullable(UInt32) CODEC(ZSTD(1)),
    new_length Nullable(UInt32) CODEC(ZSTD(1)),
    delta      Nullable(Int32) CODEC(ZSTD(1)),
    revision   Nullable(String) CODEC(ZSTD(1)),
    url        Nullable(String) CODEC(ZSTD(3)),
    raw        String CODEC(ZSTD(3)),
    partition  UInt32 CODEC(ZSTD(1)),
    offset     UInt64 CODEC(Delta, ZSTD(1)),
    earliness  UInt64 MATERIALIZED 9223372036854775807 - (offset * 4096 + partition),
    INDEX id_bloom id TYPE bloom_filter(0.01),
    INDEX title_bloom title TYPE bloom_filter(0.01),
    INDEX user_bloom user TYPE bloom_filter(0.01)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/{table}/{shard}', '{replica}', earliness)
PARTITION BY toYYYYMM(time)
ORDER BY (time, id)
TTL toDateTime(time) + toIntervalDay(30);

CREATE TABLE IF NOT EXISTS tributary.wiki_edits ON CLUSTER 'river' AS tributary.wiki_edits_local
ENGINE = Distributed('river', 'tributary', 'wiki_edits_local', cityHash64(id));

CREATE TABLE IF NOT EXISTS tributary.menu_terms_local ON CLUSTER 'river'
(
    tenant    LowCardinality(String),
    id        String CODEC(ZSTD(1)),
    deleted   Bool,
    text      String CODEC(ZSTD(3)),
    folded    String CODEC(ZSTD(3)),
    at        DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    partition UInt32 CODEC(ZSTD(1)),
    offset    UInt64 CODEC(Delta, ZSTD(1)),
    recency   UInt128 MATERIALIZED bitShiftLeft(toUInt128(toUnixTimestamp64Milli(at)), 64) + offset CODEC(ZSTD(1)),
    INDEX folded_bloom folded TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/{table}/{shard}', '{replica}', recency)
ORDER BY (tenant, id)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS tributary.menu_terms ON CLUSTER 'river' AS tributary.menu_terms_local
ENGINE = Distributed('river', 'tributary', 'menu_terms_local', cityHash64(tenant, id));

CREATE TABLE IF NOT EXISTS tributary.menu_items_local ON CLUSTER 'river'
(
    tenant      LowCardinality(String),
    id          String CODEC(ZSTD(1)),
    deleted     Bool,
    menu        String CODEC(ZSTD(1)),
    name        String CODEC(ZSTD(3)),
    description Nullable(String) CODEC(ZSTD(3)),
    folded      String CODEC(ZSTD(3)),
    at        DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    partition UInt32 CODEC(ZSTD(1)),
    offset    UInt64 CODEC(Delta, ZSTD(1)),
    recency   UInt128 MATERIALIZED bitShiftLeft(toUInt128(toUnixTimestamp64Milli(at)), 64) + offset CODEC(ZSTD(1)),
    INDEX menu_bloom menu TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/{table}/{shard}', '{replica}', recency)
ORDER BY (tenant, id)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS tributary.menu_items ON CLUSTER 'river' AS tributary.menu_items_local
ENGINE = Distributed('river', 'tributary', 'menu_items_local', cityHash64(tenant, id));

CREATE TABLE IF NOT EXISTS tributary.menu_matches_local ON CLUSTER 'river'
(
    tenant         LowCardinality(String),
    term           String CODEC(ZSTD(1)),
    item           String CODEC(ZSTD(1)),
    part           LowCardinality(String),
    term_offset    UInt64 CODEC(ZSTD(1)),
    item_at        DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    item_partition UInt32 CODEC(ZSTD(1)),
    item_offset    UInt64 CODEC(ZSTD(1)),
    kind           LowCardinality(String),
    score          Float32 CODEC(ZSTD(1)),
    found          String CODEC(ZSTD(1)),
    start          UInt32 CODEC(ZSTD(1)),
    end            UInt32 CODEC(ZSTD(1)),
    at             DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    partition      UInt32 CODEC(ZSTD(1)),
    offset         UInt64 CODEC(Delta, ZSTD(1)),
    precedence     UInt256 MATERIALIZED
        bitShiftLeft(toUInt256(term_offset), 192)
        + bitShiftLeft(toUInt256(toUnixTimestamp64Milli(item_at)), 128)
        + bitShiftLeft(toUInt256(item_offset), 64)
        + (9223372036854775807 - offset)
        CODEC(ZSTD(1)),
    INDEX item_bloom item TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/{table}/{shard}', '{replica}', precedence)
ORDER BY (tenant, term, item, part)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS tributary.menu_matches ON CLUSTER 'river' AS tributary.menu_matches_local
ENGINE = Distributed('river', 'tributary', 'menu_matches_local', cityHash64(tenant, item));

CREATE TABLE IF NOT EXISTS tributary.air_readings_local ON CLUSTER 'river'
(
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
        CODEC(Delta, ZSTD(1))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/{table}/{shard}', '{replica}', precedence)
ORDER BY (tenant, station, time)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS tributary.air_readings ON CLUSTER 'river' AS tributary.air_readings_local
ENGINE = Distributed('river', 'tributary', 'air_readings_local', cityHash64(tenant, station));

CREATE TABLE IF NOT EXISTS tributary.air_stations_local ON CLUSTER 'river'
(
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
        CODEC(Delta, ZSTD(1)),
    recency        UInt128 MATERIALIZED bitShiftLeft(toUInt128(toUnixTimestamp64Milli(time)), 64) + precedence
        CODEC(ZSTD(1))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/{table}/{shard}', '{replica}', recency)
ORDER BY (tenant, station)
SETTINGS index_granularity = 256;

CREATE TABLE IF NOT EXISTS tributary.air_stations ON CLUSTER 'river' AS tributary.air_stations_local
ENGINE = Distributed('river', 'tributary', 'air_stations_local', cityHash64(tenant, station));

CREATE TABLE IF NOT EXISTS tributary.air_runs_local ON CLUSTER 'river'
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
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/{table}/{shard}', '{replica}', recency)
ORDER BY (tenant, feed, started, run)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS tributary.air_runs ON CLUSTER 'river' AS tributary.air_runs_local
ENGINE = Distributed('river', 'tributary', 'air_runs_local', cityHash64(tenant, feed));

CREATE TABLE IF NOT EXISTS tributary.air_feeds_local ON CLUSTER 'river'
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
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/{table}/{shard}', '{replica}', recency)
ORDER BY (tenant, id, kind)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS tributary.air_feeds ON CLUSTER 'river' AS tributary.air_feeds_local
ENGINE = Distributed('river', 'tributary', 'air_feeds_local', cityHash64(tenant, id));
