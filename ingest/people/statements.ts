/** What the people graph does with messages, as Cypher. Each takes `$rows` and `$generation`. */

export const writePersons = `
UNWIND $rows AS row
MERGE (p:Person {id: row.id})
WITH p, row WHERE coalesce(p.version, 0) <= row.version
SET p.name = row.name, p.folded = row.folded, p.sort = row.sort,
    p.version = row.version, p.generation = $generation`;

export const writeCompanies = `
UNWIND $rows AS row
MERGE (c:Company {id: row.id})
WITH c, row WHERE coalesce(c.version, 0) <= row.version
SET c.name = row.name, c.folded = row.folded, c.sort = row.sort, c.headcount = row.headcount,
    c.version = row.version, c.generation = $generation`;

export const writeEmployments = `
UNWIND $rows AS row
MERGE (p:Person {id: row.person}) ON CREATE SET p.sort = $unnamed
MERGE (c:Company {id: row.company}) ON CREATE SET c.sort = $unnamed
MERGE (p)-[e:EMPLOYED_BY {stint: row.stint}]->(c)
WITH e, row WHERE coalesce(e.version, 0) <= row.version
SET e.title = row.title, e.start = date(row.start), e.end = date(row.end),
    e.version = row.version, e.generation = $generation`;

export const writeAcquisitions = `
UNWIND $rows AS row
MERGE (a:Company {id: row.acquirer}) ON CREATE SET a.sort = $unnamed
MERGE (b:Company {id: row.acquired}) ON CREATE SET b.sort = $unnamed
MERGE (a)-[r:ACQUIRED]->(b)
WITH r, row WHERE coalesce(r.version, 0) <= row.version
SET r.merged = row.merged, r.version = row.version, r.generation = $generation`;

/**
 * Takes the write lock of the partition's offset node, so that two writers of one partition work one after the
 * other, and tells how far the partition has been written.
 */
export const openPartition = `
MERGE (o:Offset {view: 'people', topic: $topic, partition: $partition})
ON CREATE SET o.next = 0, o.clock = 0
SET o.locked = true
WITH o
MATCH (v:View {name: 'people'})
RETURN o.next AS next, o.clock AS clock, coalesce(v.generation, 0) AS generation`;

export const closePartition = `
MATCH (o:Offset {view: 'people', topic: $topic, partition: $partition})
SET o.next = $next, o.clock = $clock
REMOVE o.locked`;
