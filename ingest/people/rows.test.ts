import fc from 'fast-check';
import neo4j from 'neo4j-driver';
import { expect, test } from 'vitest';
import type { PeopleChange } from '../../schema/people/change.ts';
import { identityOf, latestRows, type VersionedChange } from './rows.ts';

const id = fc.nat(3);
const text = fc.constantFrom(null, 'a', '|a', 'a|', '2020-01-01', '2020-01-01|a', '[1,2]');
const day = fc.constantFrom(null, '2020-01-01', '2020-01-02');
const change: fc.Arbitrary<PeopleChange> = fc.oneof(
  fc.record({ kind: fc.constant('PERSON' as const), id, name: text }),
  fc.record({ kind: fc.constant('COMPANY' as const), id, name: text, headcount: fc.constantFrom(null, 0, 7) }),
  fc.record({ kind: fc.constant('EMPLOYMENT' as const), person: id, company: id, title: text, start: day, end: day }),
  fc.record({ kind: fc.constant('ACQUISITION' as const), acquirer: id, acquired: id, merged: fc.boolean() }),
);
const changes = fc
  .array(change, { maxLength: 60 })
  .map((list) => list.map((one, at): VersionedChange => ({ change: one, version: 1_000 + at })));

/** What the contract calls the identity of each kind. */
function identity(one: PeopleChange): unknown[] {
  switch (one.kind) {
    case 'PERSON':
    case 'COMPANY':
      return [one.id];
    case 'EMPLOYMENT':
      return [one.person, one.company, one.title, one.start];
    case 'ACQUISITION':
      return [one.acquirer, one.acquired];
  }
}

test('two changes of one kind speak of the same entity exactly when their identities are equal', () => {
  fc.assert(
    fc.property(change, change, (a, b) => {
      fc.pre(a.kind === b.kind);
      expect(identityOf(a) === identityOf(b)).toBe(JSON.stringify(identity(a)) === JSON.stringify(identity(b)));
    }),
    { numRuns: 2_000 },
  );
});

test('of several changes of one entity the last is written, with its version', () => {
  fc.assert(
    fc.property(changes, (list) => {
      const { persons, companies, employments, acquisitions } = latestRows(list);
      const last = new Map(
        list.map(({ change: one, version }) => [JSON.stringify([one.kind, ...identity(one)]), version]),
      );
      const versions = [persons, companies, employments, acquisitions].flat().map(({ version }) => Number(version));
      expect(versions.sort()).toEqual([...last.values()].sort());
      for (const { version, ...row } of persons) {
        const told = list[Number(version) - 1_000]!.change;
        expect(told).toMatchObject({ kind: 'PERSON', id: Number(row.id), name: row.name });
      }
    }),
  );
});

test('rows have what the statements take: Neo4j integers, days as text, and a name to search by', () => {
  const told: PeopleChange[] = [
    { kind: 'PERSON', id: Number.MAX_SAFE_INTEGER, name: 'Søren STRAẞE' },
    { kind: 'PERSON', id: 2, name: null },
    { kind: 'COMPANY', id: 3, name: 'ACME', headcount: 0 },
    { kind: 'COMPANY', id: 4, name: 'ACME', headcount: null },
    { kind: 'EMPLOYMENT', person: 1, company: 3, title: 'CTO', start: '2020-01-01', end: null },
    { kind: 'EMPLOYMENT', person: 1, company: 3, title: null, start: null, end: '2020-01-01' },
    { kind: 'ACQUISITION', acquirer: 3, acquired: 4, merged: true },
  ];
  const version = neo4j.int(2 ** 52);
  expect(latestRows(told.map((one) => ({ change: one, version: 2 ** 52 })))).toEqual({
    persons: [
      {
        id: neo4j.int('9007199254740991'),
        name: 'Søren STRAẞE',
        folded: 'søren strasse',
        version,
      },
      { id: neo4j.int(2), name: null, folded: null, version },
    ],
    companies: [
      { id: neo4j.int(3), name: 'ACME', folded: 'acme', headcount: neo4j.int(0), version },
      { id: neo4j.int(4), name: 'ACME', folded: 'acme', headcount: null, version },
    ],
    employments: [
      {
        person: neo4j.int(1),
        company: neo4j.int(3),
        stint: '2020-01-01|CTO',
        title: 'CTO',
        start: '2020-01-01',
        end: null,
        version,
      },
      { person: neo4j.int(1), company: neo4j.int(3), stint: '|', title: null, start: null, end: '2020-01-01', version },
    ],
    acquisitions: [{ acquirer: neo4j.int(3), acquired: neo4j.int(4), merged: true, version }],
  });
});
