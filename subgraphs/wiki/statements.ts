import type { Span } from '../span.ts';
import { conditions, type EditFilter } from './filter.ts';

/*
 * Questions to the table wiki_edits. Times are in milliseconds since 1970. Aliases differ from the names of columns,
 * because in ClickHouse an alias also counts in WHERE.
 */

const edit = `id, wiki, type, title, user, bot, minor, namespace, comment, toUnixTimestamp64Milli(time) AS moment,
       old_length, new_length, delta, revision, url`;

const inSpan = ({ from, to }: Span) => [
  ...(from === null ? [] : ["time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')"]),
  ...(to === null ? [] : ["time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')"]),
];
const afterKey = (after: unknown) =>
  after === null ? [] : ["(time, id) < (fromUnixTimestamp64Milli({afterTime:Int64}, 'UTC'), {afterId:String})"];
const where = (lines: string[]) => (lines.length === 0 ? '' : `\nWHERE ${lines.join('\n  AND ')}`);

export const editsById = `
SELECT id AS owner, ${edit}
FROM wiki_edits FINAL
WHERE id IN {owners:Array(String)}
ORDER BY time
LIMIT 1 BY id`;

/** An owner is the time and the id of an edit, with a slash between. */
export const rawOf = `
SELECT concat(toString(toUnixTimestamp64Milli(time)), '/', id) AS owner, raw
FROM wiki_edits FINAL
WHERE time IN (SELECT fromUnixTimestamp64Milli(toInt64(splitByChar('/', arrayJoin({owners:Array(String)}))[1]), 'UTC'))
  AND owner IN {owners:Array(String)}`;

export const editsInOrder = (span: Span, filter: EditFilter, after: unknown) => `
SELECT ${edit}
FROM wiki_edits FINAL${where([...inSpan(span), ...conditions(filter), ...afterKey(after)])}
ORDER BY time DESC, id DESC
LIMIT {limit:UInt32}`;

/** Answered from what ClickHouse keeps about the parts of the table. */
export const extent = `
SELECT toUnixTimestamp64Milli(min(time)) AS oldest, toUnixTimestamp64Milli(max(time)) AS newest
FROM wiki_edits`;

export const countEdits = (span: Span, filter: EditFilter) => `
SELECT count() AS total
FROM wiki_edits FINAL${where([...inSpan(span), ...conditions(filter)])}`;

export const editsByTitle = (span: Span, after: unknown) => `
SELECT title AS owner, ${edit}
FROM wiki_edits FINAL${where(['title IN {owners:Array(String)}', ...inSpan(span), ...afterKey(after)])}
ORDER BY time DESC, id DESC
LIMIT {limit:UInt32} BY title`;

export const countEditsByTitle = (span: Span) => `
SELECT title AS owner, count() AS total
FROM wiki_edits FINAL${where(['title IN {owners:Array(String)}', ...inSpan(span)])}
GROUP BY title`;

const measures = `count() AS edits,
       countIf(bot) AS bots,
       uniqExact(user) AS users,
       sumIf(delta, delta > 0) AS added,
       -sumIf(delta, delta < 0) AS removed`;

/** Only buckets with edits have a row. @param before count only what stands before a position of the log */
export const activity = (filter: EditFilter, before: boolean) => `
SELECT intDiv(toUnixTimestamp64Milli(time) - {from:Int64}, {every:Int64}) AS bucket,
       ${measures}
FROM wiki_edits FINAL${where([
  ...inSpan({ from: 0, to: 0 }),
  ...conditions(filter),
  ...(before ? ['offset < arrayElement({position:Array(UInt64)}, partition + 1)'] : []),
])}
GROUP BY bucket
ORDER BY bucket`;

export type Dimension = 'TITLE' | 'USER' | 'WIKI' | 'NAMESPACE' | 'TYPE' | 'BOT';

const keys: Record<Dimension, string> = {
  TITLE: 'title',
  USER: 'user',
  WIKI: 'wiki',
  NAMESPACE: 'toString(namespace)',
  TYPE: 'type',
  BOT: 'toString(bot)',
};

export const top = (by: Dimension, filter: EditFilter) => `
SELECT ${keys[by]} AS ranked, count() AS edits, sum(delta) AS change
FROM wiki_edits FINAL${where([...inSpan({ from: 0, to: 0 }), ...conditions(filter)])}
GROUP BY ranked
ORDER BY edits DESC, ranked
LIMIT {limit:UInt32}`;
