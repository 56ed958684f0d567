/*
 * Questions to the tables of menus. Aliases differ from the names of columns, because in ClickHouse an alias also
 * counts in WHERE. `parts` are the texts of items that count.
 */

const lines = (conditions: string[]) => conditions.map((line) => `\n  AND ${line}`).join('');
const item = 'id, menu, name, description';
const match = 'term, text, part, kind, score, found, start, end';

const presentTerms = (condition = '') => `
    SELECT id, offset AS present, text
    FROM menu_terms FINAL
    WHERE tenant = {tenant:String} AND NOT deleted${condition}`;
const presentItems = (condition = '') => `
    SELECT id, partition, offset
    FROM menu_items FINAL
    WHERE tenant = {tenant:String} AND NOT deleted${condition}`;

/** The matches that hold: of the present item and the present term. The owners are all that is asked about. */
const matches = (columns: string, owner: 'term' | 'item') => {
  const asked = `tenant = {tenant:String} AND ${owner} IN {owners:Array(String)}`;
  const idsOf = (column: 'term' | 'item') =>
    owner === column ? '{owners:Array(String)}' : `(SELECT ${column} FROM menu_matches WHERE ${asked})`;
  return `
SELECT ${columns}
FROM (SELECT * FROM menu_matches FINAL WHERE ${asked} AND part IN {parts:Array(String)}) AS matches
INNER JOIN (${presentTerms(` AND id IN ${idsOf('term')}`)}
) AS terms ON term = terms.id AND term_offset = present
WHERE (item, item_partition, item_offset) IN (${presentItems(` AND id IN ${idsOf('item')}`)}
)`;
};

export const termsById = `
SELECT id AS owner, id, text
FROM menu_terms FINAL
WHERE tenant = {tenant:String} AND id IN {owners:Array(String)} AND NOT deleted`;

export interface Listing {
  /** Whether only what holds {text:String} is wanted. */
  text: boolean;
  /** Whether it goes on after {after:String}. */
  after: boolean;
}

const holds = (text: boolean) => (text ? ['position(folded, {text:String}) > 0'] : []);
const goesOn = (after: boolean) => (after ? ['id > {after:String}'] : []);

export const termsInOrder = ({ text, after }: Listing) => `
SELECT id, text AS spelled
FROM menu_terms FINAL
WHERE tenant = {tenant:String} AND NOT deleted${lines([...holds(text), ...goesOn(after)])}
ORDER BY id
LIMIT {limit:UInt32}`;

export const countTerms = (text: boolean) => `
SELECT count() AS total
FROM menu_terms FINAL
WHERE tenant = {tenant:String} AND NOT deleted${lines(holds(text))}`;

/** What has happened to terms since a place in menu.terms, in its order. */
export const termsSince = `
SELECT id, text AS spelled, deleted AS is_deleted, offset AS place
FROM menu_terms FINAL
WHERE tenant = {tenant:String} AND offset >= {since:UInt64}
ORDER BY offset`;

export const itemsById = `
SELECT id AS owner, ${item}
FROM menu_items FINAL
WHERE tenant = {tenant:String} AND id IN {owners:Array(String)} AND NOT deleted`;

/** All items with a match that holds. */
const matched = `
      SELECT item, item_partition, item_offset
      FROM menu_matches FINAL
      WHERE tenant = {tenant:String} AND part IN {parts:Array(String)}
        AND (term, term_offset) IN (SELECT id, offset FROM menu_terms FINAL WHERE tenant = {tenant:String} AND NOT deleted)`;

/** @param unmatched whether to keep those without a match, or those with one; null: both */
const wanted = (text: boolean, unmatched: boolean | null) => [
  ...holds(text),
  ...(unmatched === null ? [] : [`(id, partition, offset) ${unmatched ? 'NOT IN' : 'IN'} (${matched})`]),
];

export const itemsInOrder = ({ text, after }: Listing, unmatched: boolean | null) => `
SELECT ${item}
FROM menu_items FINAL
WHERE tenant = {tenant:String} AND NOT deleted${lines([...wanted(text, unmatched), ...goesOn(after)])}
ORDER BY id
LIMIT {limit:UInt32}`;

export const countItems = (text: boolean, unmatched: boolean | null) => `
SELECT count() AS total
FROM menu_items FINAL
WHERE tenant = {tenant:String} AND NOT deleted${lines(wanted(text, unmatched))}`;

export const itemsOfMenus = (after: boolean) => `
SELECT menu AS owner, ${item}
FROM menu_items FINAL
WHERE tenant = {tenant:String} AND menu IN {owners:Array(String)} AND NOT deleted${lines(goesOn(after))}
ORDER BY id
LIMIT {limit:UInt32} BY menu`;

export const countItemsOfMenus = `
SELECT menu AS owner, count() AS total
FROM menu_items FINAL
WHERE tenant = {tenant:String} AND menu IN {owners:Array(String)} AND NOT deleted
GROUP BY menu`;

export const matchesOfItems = `${matches(`item AS owner, ${match}`, 'item')}
ORDER BY part = 'DESCRIPTION', start, term`;

/** The items of each term, one after the other, by id. */
export const itemsOfTerms = (after: boolean) => `${matches('term AS owner, item', 'term')}${lines(
  after ? ['item > {after:String}'] : [],
)}
GROUP BY term, item
ORDER BY item
LIMIT {limit:UInt32} BY term`;

export const countItemsOfTerms = `${matches('term AS owner, uniqExact(item) AS total', 'term')}
GROUP BY term`;

/** Of each text, in how many items a term of this text is found. */
export const mentionsOfTexts = `
SELECT folded AS owner, uniqExact(item) AS total
FROM
(
    SELECT *
    FROM menu_matches FINAL
    WHERE tenant = {tenant:String} AND part IN {parts:Array(String)}
      AND term IN (SELECT id FROM menu_terms WHERE tenant = {tenant:String} AND folded IN {owners:Array(String)})
) AS matches
INNER JOIN
(
    SELECT id, offset AS present, folded
    FROM menu_terms FINAL
    WHERE tenant = {tenant:String} AND NOT deleted AND folded IN {owners:Array(String)}
) AS terms ON term = terms.id AND term_offset = present
WHERE (item, item_partition, item_offset) IN (${presentItems()})
GROUP BY folded`;

/**
 * The matches that hold and stand at these places of menu.matches, each with its item; not those that are repeated
 * there, or hold no longer. An owner is partition and offset, with a slash between.
 */
export const matchesAt = `
SELECT concat(toString(partition), '/', toString(offset)) AS owner, item, ${match}, menu, name, description
FROM
(
    SELECT *
    FROM menu_matches FINAL
    WHERE tenant = {tenant:String} AND term IN {terms:Array(String)} AND item IN {items:Array(String)}
) AS matches
INNER JOIN (${presentTerms(' AND id IN {terms:Array(String)}')}
) AS terms ON term = terms.id AND term_offset = terms.present
INNER JOIN
(
    SELECT id, menu, name, description, partition AS present_partition, offset AS present_offset
    FROM menu_items FINAL
    WHERE tenant = {tenant:String} AND NOT deleted AND id IN {items:Array(String)}
) AS items ON item = items.id AND item_partition = present_partition AND item_offset = present_offset
WHERE owner IN {places:Array(String)}`;
