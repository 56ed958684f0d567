/** Every question the people subgraph asks Neo4j. Texts are whole; only the two node labels differ. */
export type Label = 'Person' | 'Company';

/** Which nodes have these ids? Parameters: owners. */
export const nodesById = (label: Label) => `
MATCH (n:${label}) WHERE n.id IN $owners
RETURN n.id AS owner, n.id AS id, n.name AS name, n.headcount AS headcount`;

/** Which companies have these names? Parameters: owners (folded). */
export const companiesByName = `
MATCH (n:Company) WHERE n.folded IN $owners
RETURN n.folded AS owner, n.id AS id, n.name AS name, n.headcount AS headcount
ORDER BY n.id`;

/**
 * Which nodes come next in the order of name and id? Parameters: sort, id (exclusive), limit. Only a statement that
 * speaks of every property of the index is read off it, in its order and no further than the limit.
 */
export const nodesInOrder = (label: Label) => `
MATCH (n:${label}) USING INDEX n:${label}(sort, id)
WHERE n.sort >= $sort AND n.id IS NOT NULL AND (n.sort > $sort OR n.id > $id)
RETURN n.id AS id, n.name AS name, n.headcount AS headcount, n.sort AS sort
ORDER BY n.sort, n.id LIMIT $limit`;

/** Which nodes with this text in their name come next? Parameters: search (folded), sort, id (exclusive), limit. */
export const nodesByName = (label: Label) => `
MATCH (n:${label})
WHERE n.folded CONTAINS $search AND (n.sort > $sort OR (n.sort = $sort AND n.id > $id))
RETURN n.id AS id, n.name AS name, n.headcount AS headcount, n.sort AS sort
ORDER BY n.sort, n.id LIMIT $limit`;

export const countNodes = (label: Label) => `
MATCH (n:${label}) RETURN count(n) AS total`;

export const countNodesByName = (label: Label) => `
MATCH (n:${label}) WHERE n.folded CONTAINS $search RETURN count(n) AS total`;

const stintColumns = `e.title AS title, toString(e.start) AS start, toString(e.end) AS end, e.stint AS stint`;
const isCurrent = '(e.start IS NOT NULL AND e.end IS NULL)';

/**
 * Where did these persons work, latest start first? Parameters: owners, current (true, false or null for both),
 * after ({start, id, stint} or null), limit.
 */
export const employersOf = `
UNWIND $owners AS owner
CALL (owner) {
  MATCH (:Person {id: owner})-[e:EMPLOYED_BY]->(n:Company)
  WHERE $current IS NULL OR ${isCurrent} = $current
  WITH e, n, coalesce(toString(e.start), '') AS begun
  WHERE $after IS NULL OR begun < $after.start
    OR (begun = $after.start AND (n.id > $after.id OR (n.id = $after.id AND e.stint > $after.stint)))
  RETURN ${stintColumns}, n.id AS id, n.name AS name, n.headcount AS headcount
  ORDER BY begun DESC, n.id, e.stint LIMIT $limit
}
RETURN owner, title, start, end, stint, id, name, headcount`;

/** Who worked at these companies, latest start first? Parameters as for employersOf. */
export const employeesOf = `
UNWIND $owners AS owner
CALL (owner) {
  MATCH (:Company {id: owner})<-[e:EMPLOYED_BY]-(n:Person)
  WHERE $current IS NULL OR ${isCurrent} = $current
  WITH e, n, coalesce(toString(e.start), '') AS begun
  WHERE $after IS NULL OR begun < $after.start
    OR (begun = $after.start AND (n.id > $after.id OR (n.id = $after.id AND e.stint > $after.stint)))
  RETURN ${stintColumns}, n.id AS id, n.name AS name
  ORDER BY begun DESC, n.id, e.stint LIMIT $limit
}
RETURN owner, title, start, end, stint, id, name`;

export const countEmployersOf = `
UNWIND $owners AS owner
CALL (owner) {
  MATCH (:Person {id: owner})-[e:EMPLOYED_BY]->(:Company)
  WHERE $current IS NULL OR ${isCurrent} = $current
  RETURN count(e) AS total
}
RETURN owner, total`;

export const countEmployeesOf = `
UNWIND $owners AS owner
CALL (owner) {
  MATCH (:Company {id: owner})<-[e:EMPLOYED_BY]-(:Person)
  WHERE $current IS NULL OR ${isCurrent} = $current
  RETURN count(e) AS total
}
RETURN owner, total`;

/** The other person's time at the same company overlapped; last days count, and a stint without a start is no time. */
const overlapping = `
  MATCH (p:Person {id: owner})-[mine:EMPLOYED_BY]->(:Company)<-[theirs:EMPLOYED_BY]-(n:Person)
  WHERE n <> p AND (theirs.end IS NULL OR mine.start <= theirs.end) AND (mine.end IS NULL OR theirs.start <= mine.end)
    AND mine.start IS NOT NULL AND theirs.start IS NOT NULL
  WITH DISTINCT n`;

/** Who worked with these persons? Parameters: owners, after ({sort, id} or null), limit. */
export const colleaguesOf = `
UNWIND $owners AS owner
CALL (owner) {${overlapping}
  WHERE $after IS NULL OR n.sort > $after.sort OR (n.sort = $after.sort AND n.id > $after.id)
  RETURN n.id AS id, n.name AS name, n.sort AS sort
  ORDER BY n.sort, n.id LIMIT $limit
}
RETURN owner, id, name, sort`;

export const countColleaguesOf = `
UNWIND $owners AS owner
CALL (owner) {${overlapping}
  RETURN count(n) AS total
}
RETURN owner, total`;

/** What did these companies buy? Parameters: owners, after ({sort, id} or null), limit. */
export const acquisitionsOf = `
UNWIND $owners AS owner
CALL (owner) {
  MATCH (a:Company {id: owner})-[r:ACQUIRED]->(n:Company)
  WHERE $after IS NULL OR n.sort > $after.sort OR (n.sort = $after.sort AND n.id > $after.id)
  RETURN r.merged AS merged, a AS acquirer, n
  ORDER BY n.sort, n.id LIMIT $limit
}
RETURN owner, merged, acquirer.name AS ownerName, acquirer.headcount AS ownerHeadcount,
       n.id AS id, n.name AS name, n.headcount AS headcount, n.sort AS sort`;

export const countAcquisitionsOf = `
UNWIND $owners AS owner
CALL (owner) {
  MATCH (:Company {id: owner})-[r:ACQUIRED]->(:Company)
  RETURN count(r) AS total
}
RETURN owner, total`;

/** Who bought these companies? Parameters: owners. */
export const acquirersOf = `
MATCH (b:Company)<-[r:ACQUIRED]-(n:Company) WHERE b.id IN $owners
RETURN b.id AS owner, r.merged AS merged, b.name AS ownerName, b.headcount AS ownerHeadcount,
       n.id AS id, n.name AS name, n.headcount AS headcount
ORDER BY n.sort, n.id`;

/**
 * Which companies can be reached by acquisitions, in how few steps? A company is met once, at its least depth, so
 * cycles end. Parameters: owners, maxDepth.
 */
export const acquisitionTreeOf = `
UNWIND $owners AS owner
CALL (owner) {
  MATCH steps = ANY SHORTEST (root:Company {id: owner})-[:ACQUIRED]->+(n:Company)
  WHERE n <> root
  WITH n, length(steps) AS depth WHERE depth <= $maxDepth
  RETURN n, depth
}
RETURN owner, depth, n.id AS id, n.name AS name, n.headcount AS headcount
ORDER BY depth, n.sort, n.id`;

/**
 * The shortest chain of employments and acquisitions between two nodes. Cypher takes no parameter for the greatest
 * length, so there is a text for each. Parameters: from, to.
 */
export const shortestPathBetween = (from: Label, to: Label, maxHops: number) => `
MATCH (a:${from} {id: $from}), (b:${to} {id: $to})
MATCH steps = shortestPath((a)-[:EMPLOYED_BY|ACQUIRED*..${Math.trunc(maxHops)}]-(b))
UNWIND nodes(steps) AS n
RETURN n:Person AS isPerson, n.id AS id, n.name AS name, n.headcount AS headcount`;
