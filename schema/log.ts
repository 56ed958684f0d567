/**
 * The archive of every message, as it came. Identity is the place in Kafka, so writing a message again changes
 * nothing; read it with FINAL. `at` is the broker's time of append, `headers` a JSON object.
 */
export const logTable = (name: string) => `
CREATE TABLE IF NOT EXISTS ${name}
(
    topic     LowCardinality(String),
    partition UInt32,
    offset    UInt64,
    at        DateTime64(3, 'UTC'),
    key       Nullable(String),
    headers   String CODEC(ZSTD(1)),
    value     Nullable(String) CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree
PARTITION BY (topic, toYYYYMM(at))
ORDER BY (topic, partition, offset)
SETTINGS index_granularity = 1024`;

/**
 * Which messages had become dead letters and were sent again: the place of the one, and the place and the time of append
 * of the other, which says so in its header. It is filled with the log, because to find such messages there would take
 * a look at all headers.
 */
export const redrivenTable = (name: string) => `
CREATE TABLE IF NOT EXISTS ${name}
(
    topic        LowCardinality(String),
    partition    UInt32,
    offset       UInt64,
    by_partition UInt32,
    by_offset    UInt64,
    at           DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (topic, partition, offset, by_partition, by_offset)`;
