/**
 * The table of edits, a view of the topic wiki.edits. An event is identified by its time and id, which also is the
 * order in which lists are read: an event that comes again has the same, and replaces itself. Read it with FINAL.
 *
 * Of an event that stands in the log several times the first stays, so that what is counted up to a position of the
 * log stays the same whatever comes later. Where it stands in several partitions, which keys prevent, the lowest offset
 * stays, then the lowest partition, in whichever order they were written.
 *
 * `folded` is the comment in the form that searches compare, `raw` the message as it came; ClickHouse reads a column
 * only when it is asked for.
 */
export const wikiEditsTable = (name: string, retention: string) => `
CREATE TABLE IF NOT EXISTS ${name}
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
ENGINE = ReplacingMergeTree(earliness)
PARTITION BY toYYYYMM(time)
ORDER BY (time, id)
${retention}`;

/** The engine's clause that drops edits so many days after they were made; empty for 0, which keeps them for good. */
export function wikiEditsRetention(days: number): string {
  return days === 0 ? '' : `TTL toDateTime(time) + toIntervalDay(${days})`;
}
