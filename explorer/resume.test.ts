import { buildSchema, parse, print, validate } from 'graphql';

import { describe, expect, it } from 'vitest';
import { chosenOperation, resumable } from './resume.ts';

const schema = buildSchema(`
  scalar Cursor
  type Query { a: Int }
  input Filter { wiki: String, since: String }
  type Event { n: Int, cursor: Cursor }
  type Subscription { events(where: Filter, after: Cursor, since: String, until: String): Event }
`);

function of(text: string, name?: string) {
  const { document, operation } = chosenOperation(text, name)!;
  return resumable(document, operation);
}

const flat = (text: string) => print(parse(text));

describe('resumable', () => {
  it('asks for the cursor of every event, and takes it out of the results again', () => {
    const { query, cursorOf } = of('subscription { e: events { n } }');
    expect(query).toBe(flat('subscription { e: events { n cursorToResume: cursor } }'));
    const data = { e: { n: 1, cursorToResume: 'c' } };
    expect(cursorOf(data)).toBe('c');
    expect(data).toEqual({ e: { n: 1 } });
  });

  it('leaves a cursor that is asked for where it is', () => {
    const { query, cursorOf } = of('subscription { events { at: cursor n } }');
    expect(query).toBe(flat('subscription { events { at: cursor n } }'));
    const data = { events: { n: 1, at: 'c' } };
    expect(cursorOf(data)).toBe('c');
    expect(data).toEqual({ events: { n: 1, at: 'c' } });
  });

  it('has no cursor where there is no event', () => {
    const { cursorOf } = of('subscription { events { cursor } }');
    expect([null, undefined, {}, { events: null }].map(cursorOf)).toEqual(Array(4).fill(undefined));
  });

  it.each([
    ['no beginning', 'subscription { events { n cursor } }'],
    ['a cursor', 'subscription { events(after: "a") { n cursor } }'],
    ['a time', 'subscription { events(since: "a") { n cursor } }'],
    ['a variable', 'subscription S($since: String!) { events(since: $since) { n cursor } }'],
    ['a nullable variable', 'subscription S($after: Cursor) { events(after: $after) { n cursor } }'],
  ])('begins after the cursor instead of at %s', (_, text) => {
    const again = of(text).after('c1');
    expect(again).toContain('events(after: "c1")');
    expect(again).not.toContain('$');
    expect(validate(schema, parse(again))).toEqual([]);
  });

  it('keeps filters, the end, and variables that are used elsewhere', () => {
    const text = `subscription S($since: String, $wiki: String, $until: String) {
      events(since: $since, until: $until, where: { wiki: $wiki, since: $since }) { n }
    }`;
    const again = of(text).after('c');
    expect(again).toContain('subscription S($since: String, $wiki: String, $until: String)');
    expect(again).toContain('events(until: $until, where: {wiki: $wiki, since: $since}, after: "c")');
    expect(validate(schema, parse(again))).toEqual([]);
  });

  it('finds the field in a fragment, and sends nothing of the other operations of the text', () => {
    const text = `
      query Q($since: String) { a }
      subscription S($since: String) { ...F }
      subscription T { events { n } }
      fragment F on Subscription { ... on Subscription { events(since: $since) { n } } }
    `;
    const again = of(text, 'S').after('c');
    expect(again).toContain('subscription S {');
    expect(again).toContain('events(after: "c")');
    expect(again).not.toMatch(/query|T /);
    expect(validate(schema, parse(again))).toEqual([]);
  });
});

describe('a field that stands in several places', () =>
  it('begins after the cursor in each', () => {
    const text = `
      subscription S($since: String) { ...F events(since: $since) { n } }
      fragment F on Subscription { events(since: $since) { at: cursor } }
    `;
    const again = of(text).after('c');
    expect(again).not.toContain('$since');
    expect(validate(schema, parse(again))).toEqual([]);
  }));

describe('chosenOperation', () => {
  it('is the only one, whatever name is given', () =>
    expect(chosenOperation('query A { a }', 'B')?.operation.name?.value).toBe('A'));
  it('is the named one of several', () =>
    expect(chosenOperation('query A { a } query B { a }', 'B')?.operation.name?.value).toBe('B'));
  it('is none of a text that is not GraphQL', () => expect(chosenOperation('query {', 'B')).toBeUndefined());
});
