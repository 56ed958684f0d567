/**
 * Every message of occupancy.topology, by the thing that it is about: a view that keeps its history. What is true of
 * a thing is its latest message, by time of append, then by place; so what was true at a position of the topic can be
 * asked too. `moment` is the begin of a mount and the time of a calibration, and 1970 for what has no time.
 *
 * Questions are about a few things far apart, so little is read at once: small granules in small blocks, and an index
 * that leads from a space to its doorways, and from a doorway to what hung there.
 */
export const topologyTable = (name: string) => `
CREATE TABLE IF NOT EXISTS ${name}
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
ENGINE = ReplacingMergeTree
ORDER BY (tenant, kind, id, moment, at, partition, offset)
SETTINGS index_granularity = 256, min_compress_block_size = 4096, max_compress_block_size = 16384`;

/**
 * The readings, a view of occupancy.readings. A reading is identified by its DPU, its time and its id, where it has
 * one, else by its place in Kafka: what comes again replaces itself, and equal readings without an id all count. Read
 * it with FINAL, or grouped by that identity.
 *
 * Of a reading that stands in the log several times the first stays, so that what is counted up to a position of the
 * log stays the same whatever comes later. `earliness` says which that is, and with it the place: one number, because
 * there are very many rows. The blocks are small, because a question reads a little of each of some DPUs.
 */
export const readingsTable = (name: string) => `
CREATE TABLE IF NOT EXISTS ${name}
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
ENGINE = ReplacingMergeTree(earliness)
ORDER BY (tenant, dpu, time, id, if(id = '', earliness, 0))
SETTINGS index_granularity = 1024, min_compress_block_size = 16384, max_compress_block_size = 16384`;

/** Of two places of one reading the one with the greater earliness stays: the lower offset, then the lower partition. */
export function earlinessOf(partition: number, offset: number | string): string {
  return String(9_223_372_036_854_775_807n - (BigInt(offset) * 4096n + BigInt(partition)));
}
