const place = `
    at        DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    partition UInt32 CODEC(ZSTD(1)),
    offset    UInt64 CODEC(Delta, ZSTD(1)),
    recency   UInt128 MATERIALIZED bitShiftLeft(toUInt128(toUnixTimestamp64Milli(at)), 64) + offset CODEC(ZSTD(1))`;

/**
 * The terms, a view of menu.terms: of each the message that Kafka took last. Read it with FINAL. `folded` is the text in
 * the form in which searches and the names of companies compare.
 */
export const menuTermsTable = (name: string) => `
CREATE TABLE IF NOT EXISTS ${name}
(
    tenant    LowCardinality(String),
    id        String CODEC(ZSTD(1)),
    deleted   Bool,
    text      String CODEC(ZSTD(3)),
    folded    String CODEC(ZSTD(3)),${place},
    INDEX folded_bloom folded TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(recency)
ORDER BY (tenant, id)
SETTINGS index_granularity = 1024`;

/**
 * The items, a view of menu.items: of each the message that Kafka took last. Read it with FINAL. `folded` is name and
 * description in the form in which searches compare.
 */
export const menuItemsTable = (name: string) => `
CREATE TABLE IF NOT EXISTS ${name}
(
    tenant      LowCardinality(String),
    id          String CODEC(ZSTD(1)),
    deleted     Bool,
    menu        String CODEC(ZSTD(1)),
    name        String CODEC(ZSTD(3)),
    description Nullable(String) CODEC(ZSTD(3)),
    folded      String CODEC(ZSTD(3)),${place},
    INDEX menu_bloom menu TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(recency)
ORDER BY (tenant, id)
SETTINGS index_granularity = 1024`;

/**
 * The matches, a view of menu.matches. A match holds while its item is the one of item_partition and item_offset, and
 * its term the one of term_offset: whoever asks compares them with the other tables, so nothing needs to be deleted.
 *
 * Of a term in a part of an item the match of the newest messages stays; the last messages of both are the greatest in
 * this order, whatever came between. Of one that stands in the topic several times, because a worker was interrupted,
 * the first stays, and so only that is told. Read it with FINAL.
 */
export const menuMatchesTable = (name: string) => `
CREATE TABLE IF NOT EXISTS ${name}
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
ENGINE = ReplacingMergeTree(precedence)
ORDER BY (tenant, term, item, part)
SETTINGS index_granularity = 1024`;
