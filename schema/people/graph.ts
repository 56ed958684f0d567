/**
 * The shape of the people graph in Neo4j.
 *
 *     (:Person {id, name, folded, sort})-[:EMPLOYED_BY {stint, title, start, end}]->(:Company {id, name, headcount, …})
 *     (:Company)-[:ACQUIRED {merged}]->(:Company)
 *     (:Offset {view, topic, partition, next, clock})   how far a view has read its topic
 *     (:View {name, generation})                        counts the rebuilds of a view
 *
 * Nodes and relationships also hold `version`, the place in time of the message they come from, and `generation`,
 * the rebuild that wrote them last. A node without `version` is a placeholder: others speak of it, but no message
 * about itself has come yet.
 */
export const peopleGraph = [
  'CREATE CONSTRAINT person_id IF NOT EXISTS FOR (p:Person) REQUIRE p.id IS UNIQUE',
  'CREATE CONSTRAINT company_id IF NOT EXISTS FOR (c:Company) REQUIRE c.id IS UNIQUE',
  'CREATE CONSTRAINT offset_place IF NOT EXISTS FOR (o:Offset) REQUIRE (o.view, o.topic, o.partition) IS UNIQUE',
  'CREATE CONSTRAINT view_name IF NOT EXISTS FOR (v:View) REQUIRE v.name IS UNIQUE',
  'CREATE INDEX person_order IF NOT EXISTS FOR (p:Person) ON (p.sort, p.id)',
  'CREATE INDEX company_order IF NOT EXISTS FOR (c:Company) ON (c.sort, c.id)',
  'CREATE TEXT INDEX person_search IF NOT EXISTS FOR (p:Person) ON (p.folded)',
  'CREATE TEXT INDEX company_search IF NOT EXISTS FOR (c:Company) ON (c.folded)',
  "MERGE (:View {name: 'people'})",
  'CALL db.awaitIndexes(120)',
];

/** The `sort` of a node without a name: the last character of Unicode, so that it comes after every name. */
export const unnamed = '\u{10FFFF}';
