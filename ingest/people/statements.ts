/*
 * What the people graph does with messages, as Cypher. Each takes `$rows`, `$unnamed` and `$generation`. The first SET
 * takes the write lock, so that the version compared is the one that will be replaced: a rebuild and ingest may write
 * one entity at once.
 */

export const writePersons = `
UNWIND $rows AS row
MERGE (p:Person {id: row.id})
SET p.version = coalesce(p.version, 0)
WITH p, row WHERE p.version <= row.version
SET p.name = row.name, p.folded = row.folded, p.sort = coalesce(row.name, $unnamed),
    p.version = row.version, p.generation = $generation`;

export const writeCompanies = `
UNWIND $rows AS row
MERGE (c:Company {id: row.id})
SET c.version = coalesce(c.version, 0)
WITH c, row WHERE c.version <= row.version
SET c.name = row.name, c.folded = row.folded, c.sort = coalesce(row.name, $unnamed), c.headcount = row.headcount,
    c.version = row.version, c.generation = $generation`;

export const writeEmployments = `
UNWIND $rows AS row
MERGE (p:Person {id: row.person}) ON CREATE SET p.sort = $unnamed
MERGE (c:Company {id: row.company}) ON CREATE SET c.sort = $unnamed
MERGE (p)-[e:EMPLOYED_BY {stint: row.stint}]->(c)
SET e.version = coalesce(e.version, 0)
WITH e, row WHERE e.version <= row.version
SET e.title = row.title, e.start = date(row.start), e.end = date(row.end),
    e.version = row.version, e.generation = $generation`;

export const writeAcquisitions = `
UNWIND $rows AS row
MERGE (a:Company {id: row.acquirer}) ON CREATE SET a.sort = $unnamed
MERGE (b:Company {id: row.acquired}) ON CREATE SET b.sort = $unnamed
MERGE (a)-[r:ACQUIRED]->(b)
SET r.version = coalesce(r.version, 0)
WITH r, row WHERE r.version <= row.version
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

/**
 * Begins a rebuild: waits for the writers that are at work, and makes everything that is written from now on bear the
 * new generation. Parameters: partitions.
 */
export const beginRebuild = `
UNWIND $partitions AS partition
MERGE (o:Offset {view: 'people', topic: 'people.events', partition: partition})
ON CREATE SET o.next = 0, o.clock = 0
SET o.locked = true
WITH collect(o) AS offsets
MATCH (v:View {name: 'people'})
SET v.generation = coalesce(v.generation, 0) + 1
FOREACH (o IN offsets | REMOVE o.locked)
WITH offsets, v.generation AS generation
UNWIND offsets AS o
RETURN generation, o.partition AS partition, o.next AS next`;

export const presentGeneration = `
MATCH (v:View {name: 'people'}) RETURN coalesce(v.generation, 0) AS generation`;

/*
 * What no message of the log has written in this generation goes. Each looks again under the write lock, because a
 * live message may have come in between.
 */
export const removeStaleRelationships = `
MATCH ()-[e:EMPLOYED_BY|ACQUIRED]->() WHERE coalesce(e.generation, 0) < $generation
CALL (e) {
  SET e.locked = true
  WITH e, coalesce(e.generation, 0) < $generation AS stale
  REMOVE e.locked
  WITH e WHERE stale
  DELETE e
} IN TRANSACTIONS OF 5000 ROWS`;

export const makeStaleNodesPlaceholders = `
MATCH (n:Person|Company) WHERE n.version IS NOT NULL AND coalesce(n.generation, 0) < $generation
CALL (n) {
  SET n.locked = true
  WITH n, coalesce(n.generation, 0) < $generation AS stale
  REMOVE n.locked
  WITH n WHERE stale
  SET n.sort = $unnamed
  REMOVE n.name, n.folded, n.headcount, n.version, n.generation
} IN TRANSACTIONS OF 5000 ROWS`;

export const removeLonePlaceholders = `
MATCH (n:Person|Company) WHERE n.version IS NULL AND NOT EXISTS { (n)--() }
CALL (n) {
  SET n.locked = true
  WITH n, n.version IS NULL AND NOT EXISTS { (n)--() } AS lone
  REMOVE n.locked
  WITH n WHERE lone
  DELETE n
} IN TRANSACTIONS OF 5000 ROWS`;

/** How far has the graph applied its topic? Parameters: none. */
export const appliedOffsets = `
MATCH (o:Offset {view: 'people', topic: 'people.events'})
RETURN o.partition AS partition, o.next AS next`;
