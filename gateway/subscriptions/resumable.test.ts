import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { resumable } from './resumable.ts';

const schema = buildSchema(`
  scalar Cursor
  scalar DateTime
  type Query { now: DateTime }
  type Edit { id: ID! title(upper: Boolean): String }
  type Event { edit: Edit cursor: Cursor! at: DateTime }
  input Filter { bot: Boolean at: DateTime }
  type Subscription {
    edits(where: Filter, after: Cursor, since: DateTime, until: DateTime): Event!
    told(since: DateTime): Event!
    plain(after: Cursor): Edit!
  }`);

function form(text: string, operationName?: string) {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  return resumable(document, operationName, schema);
}
const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();

test('an operation, its start in two variables and the cursor under a name of its own', () => {
  const { query, event, cursor } = form('subscription { edits(after: "x", where: {bot: true}) { at } }')!;
  expect(oneLine(query)).toBe(
    'subscription ($after: Cursor, $since: DateTime) { edits(where: {bot: true}, after: $after, since: $since) { at cursor } }',
  );
  expect([event, cursor]).toEqual(['edits', 'cursor']);
  expect(validate(schema, parse(query))).toEqual([]);
});

test.each([
  'subscription { edits { at edit { id } } }',
  'subscription { edits(after: null) { ... on Event { at edit { id } } } }',
  'subscription ($a: Cursor) { edits(after: $a) { at edit { id } } }',
  'subscription ($since: DateTime!) { edits(since: $since) { at edit { id } } }',
  'query Other { now } subscription S { ...R } fragment R on Subscription { edits(since: "2020") { at ...E } } fragment E on Event { edit { id } }',
])('%s asks for what others ask for, in whatever place it starts', (text) => {
  const { query } = form(text, text.includes(' S ') ? 'S' : undefined)!;
  expect(validate(schema, parse(query))).toEqual([]);
  expect(oneLine(query)).toMatch(/^subscription S?\(\$after: Cursor, \$since: DateTime\) \{ edits\(/);
});

test('names that are taken are left to the client', () => {
  const { query, cursor, join } = form(
    `subscription ($after: DateTime, $after_: Boolean) { e: edits(until: $after) { cursor: at cursor_: cursor edit { title(upper: $after_) } } }`,
  )!;
  expect(cursor).toBe('cursor__');
  expect(validate(schema, parse(query))).toEqual([]);
  expect(join({ after: 'c', since: 's' }, { after: 'u', after_: true })).toEqual({
    after: 'u',
    after_: true,
    after__: 'c',
    since: 's',
  });
});

describe('the start and the other variables', () => {
  const query =
    'subscription ($a: Cursor = "default", $s: DateTime, $w: Filter, $both: DateTime) { edits(after: $a, since: $s, where: $w, until: $both) { at } }';
  const cases: [given: Record<string, unknown>, start: object, others: object][] = [
    [{}, { after: 'default' }, {}],
    [{ a: null, s: '2020', unknown: 1 }, { since: '2020' }, {}],
    [{ a: 'x', w: { bot: null }, both: null }, { after: 'x' }, { w: { bot: null }, both: null }],
    [{ a: 5 }, { after: 5 }, {}], // the gateway will say what is wrong with it
  ];
  test.each(cases)('of %o', (given, start, others) => {
    expect(form(query)!.split(given)).toEqual({ start, others });
    expect(form(query)!.split(given, 'mine')).toEqual({ start: { after: 'mine' }, others });
  });

  test('which is used elsewhere too, is there twice', () => {
    const used = 'subscription ($s: DateTime) { edits(since: $s, where: {at: $s}) { at } }';
    expect(form(used)!.split({ s: '2020' })).toEqual({ start: { since: '2020' }, others: { s: '2020' } });
  });

  test('that must be given is missed, unless a cursor takes its place', () => {
    const { split } = form('subscription ($a: Cursor!) { edits(after: $a) { at } }')!;
    expect(split({})).toBeUndefined();
    expect(split({ a: null })).toBeUndefined();
    expect(split({}, 'mine')).toEqual({ start: { after: 'mine' }, others: {} });
  });
});

test.each([
  'query { now }',
  'subscription { plain { id } }',
  'subscription { told { at } }',
  'subscription { edits @include(if: true) { at } }',
  'subscription { ...R @skip(if: false) } fragment R on Subscription { edits { at } }',
])('%s has no resumable form', (text) => {
  expect(form(text)).toBeUndefined();
});
