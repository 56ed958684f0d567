import { describe, expect, test } from 'vitest';
import * as cypher from './statements.ts';

// Statements that are put together; the others stand whole in their file.
describe('the whole text of', () => {
  test('nodesById', () =>
    expect(cypher.nodesById('Person')).toMatchInlineSnapshot(`
    "
    MATCH (n:Person) WHERE n.id IN $owners
    RETURN n.id AS owner, n.id AS id, n.name AS name, n.headcount AS headcount"
  `));
  test('nodesInOrder', () =>
    expect(cypher.nodesInOrder('Person')).toMatchInlineSnapshot(`
    "
    MATCH (n:Person) USING INDEX n:Person(sort, id)
    WHERE n.sort >= $sort AND n.id IS NOT NULL AND (n.sort > $sort OR n.id > $id)
    RETURN n.id AS id, n.name AS name, n.headcount AS headcount, n.sort AS sort
    ORDER BY n.sort, n.id LIMIT $limit"
  `));
  test('nodesByName', () =>
    expect(cypher.nodesByName('Company')).toMatchInlineSnapshot(`
    "
    MATCH (n:Company)
    WHERE n.folded CONTAINS $search AND (n.sort > $sort OR (n.sort = $sort AND n.id > $id))
    RETURN n.id AS id, n.name AS name, n.headcount AS headcount, n.sort AS sort
    ORDER BY n.sort, n.id LIMIT $limit"
  `));
  test('countNodes', () =>
    expect(cypher.countNodes('Company')).toMatchInlineSnapshot(`
    "
    MATCH (n:Company) RETURN count(n) AS total"
  `));
  test('countNodesByName', () =>
    expect(cypher.countNodesByName('Person')).toMatchInlineSnapshot(`
    "
    MATCH (n:Person) WHERE n.folded CONTAINS $search RETURN count(n) AS total"
  `));
  test('employersOf', () =>
    expect(cypher.employersOf).toMatchInlineSnapshot(`
    "
    UNWIND $owners AS owner
    CALL (owner) {
      MATCH (:Person {id: owner})-[e:EMPLOYED_BY]->(n:Company)
      WHERE $current IS NULL OR (e.start IS NOT NULL AND e.end IS NULL) = $current
      WITH e, n, coalesce(toString(e.start), '') AS begun
      WHERE $after IS NULL OR begun < $after.start
        OR (begun = $after.start AND (n.id > $after.id OR (n.id = $after.id AND e.stint > $after.stint)))
      RETURN e.title AS title, toString(e.start) AS start, toString(e.end) AS end, e.stint AS stint, n.id AS id, n.name AS name, n.headcount AS headcount
      ORDER BY begun DESC, n.id, e.stint LIMIT $limit
    }
    RETURN owner, title, start, end, stint, id, name, headcount"
  `));
  test('employeesOf', () =>
    expect(cypher.employeesOf).toMatchInlineSnapshot(`
    "
    UNWIND $owners AS owner
    CALL (owner) {
      MATCH (:Company {id: owner})<-[e:EMPLOYED_BY]-(n:Person)
      WHERE $current IS NULL OR (e.start IS NOT NULL AND e.end IS NULL) = $current
      WITH e, n, coalesce(toString(e.start), '') AS begun
      WHERE $after IS NULL OR begun < $after.start
        OR (begun = $after.start AND (n.id > $after.id OR (n.id = $after.id AND e.stint > $after.stint)))
      RETURN e.title AS title, toString(e.start) AS start, toString(e.end) AS end, e.stint AS stint, n.id AS id, n.name AS name
      ORDER BY begun DESC, n.id, e.stint LIMIT $limit
    }
    RETURN owner, title, start, end, stint, id, name"
  `));
  test('countEmployersOf', () =>
    expect(cypher.countEmployersOf).toMatchInlineSnapshot(`
    "
    UNWIND $owners AS owner
    CALL (owner) {
      MATCH (:Person {id: owner})-[e:EMPLOYED_BY]->(:Company)
      WHERE $current IS NULL OR (e.start IS NOT NULL AND e.end IS NULL) = $current
      RETURN count(e) AS total
    }
    RETURN owner, total"
  `));
  test('countEmployeesOf', () =>
    expect(cypher.countEmployeesOf).toMatchInlineSnapshot(`
    "
    UNWIND $owners AS owner
    CALL (owner) {
      MATCH (:Company {id: owner})<-[e:EMPLOYED_BY]-(:Person)
      WHERE $current IS NULL OR (e.start IS NOT NULL AND e.end IS NULL) = $current
      RETURN count(e) AS total
    }
    RETURN owner, total"
  `));
  test('colleaguesOf', () =>
    expect(cypher.colleaguesOf).toMatchInlineSnapshot(`
    "
    UNWIND $owners AS owner
    CALL (owner) {
      MATCH (p:Person {id: owner})-[mine:EMPLOYED_BY]->(:Company)<-[theirs:EMPLOYED_BY]-(n:Person)
      WHERE n <> p AND (theirs.end IS NULL OR mine.start <= theirs.end) AND (mine.end IS NULL OR theirs.start <= mine.end)
        AND mine.start IS NOT NULL AND theirs.start IS NOT NULL
      WITH DISTINCT n
      WHERE $after IS NULL OR n.sort > $after.sort OR (n.sort = $after.sort AND n.id > $after.id)
      RETURN n.id AS id, n.name AS name, n.sort AS sort
      ORDER BY n.sort, n.id LIMIT $limit
    }
    RETURN owner, id, name, sort"
  `));
  test('countColleaguesOf', () =>
    expect(cypher.countColleaguesOf).toMatchInlineSnapshot(`
    "
    UNWIND $owners AS owner
    CALL (owner) {
      MATCH (p:Person {id: owner})-[mine:EMPLOYED_BY]->(:Company)<-[theirs:EMPLOYED_BY]-(n:Person)
      WHERE n <> p AND (theirs.end IS NULL OR mine.start <= theirs.end) AND (mine.end IS NULL OR theirs.start <= mine.end)
        AND mine.start IS NOT NULL AND theirs.start IS NOT NULL
      WITH DISTINCT n
      RETURN count(n) AS total
    }
    RETURN owner, total"
  `));
  test('shortestPathBetween', () =>
    expect(cypher.shortestPathBetween('Person', 'Company', 6)).toMatchInlineSnapshot(`
      "
      MATCH (a:Person {id: $from}), (b:Company {id: $to})
      MATCH steps = shortestPath((a)-[:EMPLOYED_BY|ACQUIRED*..6]-(b))
      UNWIND nodes(steps) AS n
      RETURN n:Person AS isPerson, n.id AS id, n.name AS name, n.headcount AS headcount"
    `));
});

test('nothing but a whole number is put into the text as the greatest length of a path', () => {
  const hops = '3]-() DETACH DELETE a //' as unknown as number;
  expect(cypher.shortestPathBetween('Person', 'Person', hops)).toContain('*..NaN]');
  expect(cypher.shortestPathBetween('Person', 'Person', 2.9)).toContain('*..2]');
});

test('every other value is a parameter', () => {
  const texts = Object.values(cypher).flatMap((statement) => (typeof statement === 'string' ? [statement] : []));
  const literals = texts.flatMap((text) => text.match(/'[^']*'/g) ?? []);
  expect(new Set(literals)).toEqual(new Set(["''"]));
});
