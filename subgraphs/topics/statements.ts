import { valueAsText } from '../../platform/messageLog.ts';

/*
 * Questions to the log. Times are in milliseconds since 1970. What is looked for is found by the narrow columns first,
 * without FINAL, which would read the values of all rows that are passed over; a message that was archived twice has
 * two equal rows.
 */

/** The first messages of a part of a partition, with a key or all. DISTINCT would read the part to its end. */
export const placesInOrder = (key: string | null) => `
SELECT offset, toUnixTimestamp64Milli(at) AS time
FROM log
WHERE topic = {topic:String} AND partition = {partition:UInt32}
  AND offset >= {from:UInt64} AND offset < {to:UInt64}${key === null ? '' : ' AND key = {key:String}'}
ORDER BY offset
LIMIT {limit:UInt32}`;

export interface LetterFilter {
  topic: string | null;
  from: number | null;
  to: number | null;
}

const letters = ({ topic, from, to }: LetterFilter) =>
  [
    "topic = 'dead.letters'",
    ...(topic === null ? [] : ['key = {key:String}']),
    ...(from === null ? [] : ["at >= fromUnixTimestamp64Milli({begin:Int64}, 'UTC')"]),
    ...(to === null ? [] : ["at < fromUnixTimestamp64Milli({end:Int64}, 'UTC')"]),
  ].join('\n  AND ');

/** The newest letters. */
export const lettersInOrder = (filter: LetterFilter, after: unknown) => `
SELECT DISTINCT toUnixTimestamp64Milli(at) AS time, partition, offset
FROM log
WHERE ${letters(filter)}${
  after === null
    ? ''
    : "\n  AND (at, partition, offset) < (fromUnixTimestamp64Milli({afterTime:Int64}, 'UTC'), {afterPartition:UInt32}, {afterOffset:UInt64})"
}
ORDER BY time DESC, partition DESC, offset DESC
LIMIT {limit:UInt32}`;

export const countLetters = (filter: LetterFilter) => `
SELECT uniqExact(partition, offset) AS total
FROM log
WHERE ${letters(filter)}`;

const atPlaces = `topic = {topic:String} AND (partition, offset) IN
(
    SELECT place.1, place.2
    FROM (SELECT arrayJoin(arrayZip({partitions:Array(UInt32)}, {offsets:Array(UInt64)})) AS place)
)`;

/** The messages at these places, in their order: as many as fit into so many bytes, and at least one. */
export const messagesAt = `
SELECT partition, offset, toUnixTimestamp64Milli(at) AS time, key, headers, ${valueAsText}
FROM
(
    SELECT *, sum(ifNull(length(key), 0) + length(headers) + ifNull(length(value), 0))
        OVER (ORDER BY rank ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
    FROM
    (
        SELECT *, indexOf(arrayZip({partitions:Array(UInt32)}, {offsets:Array(UInt64)}), (partition, offset)) AS rank
        FROM log FINAL
        WHERE ${atPlaces}
    )
)
WHERE bytes_before < {bytes:UInt64}
ORDER BY rank`;

export const headersAt = `
SELECT partition, offset, headers
FROM log FINAL
WHERE ${atPlaces}`;

/** Encoded, because they may be no text. */
export const bytesAt = `
SELECT concat(toString(partition), '/', toString(offset)) AS owner, base64Encode(key) AS key_bytes,
       base64Encode(value) AS value_bytes, headers
FROM log FINAL
WHERE ${atPlaces}`;

/** The latest time of append among these places. */
export const newestAt = `
SELECT toUnixTimestamp64Milli(max(at)) AS time, count() AS found
FROM log
WHERE ${atPlaces}`;

/** When messages that had become dead letters were sent again. An owner is topic, partition and offset. */
export const redrivenAt = `
SELECT concat(topic, '/', toString(partition), '/', toString(offset)) AS owner, toUnixTimestamp64Milli(min(at)) AS time
FROM redriven
WHERE (topic, partition, offset) IN
(
    SELECT place.1, place.2, place.3
    FROM
    (
        SELECT arrayJoin(arrayZip({topics:Array(String)}, {partitions:Array(UInt32)}, {offsets:Array(UInt64)})) AS place
    )
)
GROUP BY topic, partition, offset`;
