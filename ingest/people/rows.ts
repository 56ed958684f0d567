import neo4j, { type Integer } from 'neo4j-driver';
import { fold } from '../../schema/fold.ts';
import type { PeopleChange } from '../../schema/people/change.ts';

/** A change and its place in the order of all messages. */
export interface VersionedChange {
  change: PeopleChange;
  version: number;
}

type Row = Record<string, Integer | string | boolean | null>;

export interface Rows {
  persons: Row[];
  companies: Row[];
  employments: Row[];
  acquisitions: Row[];
}

/** The parameters of the writing statements: of several changes of one entity only the last. */
export function latestRows(changes: VersionedChange[]): Rows {
  const tables = { PERSON: new Map<string, Row>(), COMPANY: new Map(), EMPLOYMENT: new Map(), ACQUISITION: new Map() };
  for (const { change, version } of changes)
    tables[change.kind].set(identityOf(change), { ...propertiesOf(change), version: neo4j.int(version) });
  return {
    persons: [...tables.PERSON.values()],
    companies: [...tables.COMPANY.values()],
    employments: [...tables.EMPLOYMENT.values()],
    acquisitions: [...tables.ACQUISITION.values()],
  };
}

/** What makes two changes of one kind speak of the same entity. */
export function identityOf(change: PeopleChange): string {
  switch (change.kind) {
    case 'PERSON':
    case 'COMPANY':
      return String(change.id);
    case 'EMPLOYMENT':
      return JSON.stringify([change.person, change.company, stintOf(change)]);
    case 'ACQUISITION':
      return `${change.acquirer}>${change.acquired}`;
  }
}

/** Tells apart the stints of one person at one company: start and title. */
function stintOf({ start, title }: { start: string | null; title: string | null }): string {
  return `${start ?? ''}|${title ?? ''}`;
}

function propertiesOf(change: PeopleChange): Row {
  switch (change.kind) {
    case 'PERSON':
      return { id: neo4j.int(change.id), ...named(change.name) };
    case 'COMPANY':
      return { id: neo4j.int(change.id), ...named(change.name), headcount: integer(change.headcount) };
    case 'EMPLOYMENT': {
      const { title, start, end } = change;
      const stint = stintOf(change);
      return { person: neo4j.int(change.person), company: neo4j.int(change.company), stint, title, start, end };
    }
    case 'ACQUISITION':
      return { acquirer: neo4j.int(change.acquirer), acquired: neo4j.int(change.acquired), merged: change.merged };
  }
}

function named(name: string | null): Row {
  return { name, folded: name === null ? null : fold(name) };
}

function integer(value: number | null): Integer | null {
  return value === null ? null : neo4j.int(value);
}
