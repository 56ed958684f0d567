import { expect, test } from 'vitest';
import { compose } from './compose.ts';

const head =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])';
const people = `${head}
type Query { company(id: ID!): Company }
type Company @key(fields: "id") { id: ID! name: String }`;
const wiki = `${head}
type Query { edits: [String!]! }
type Company @key(fields: "id") { id: ID! name: String @external wikiEdits: [String!]! @requires(fields: "name") }`;

const both = (of: { people?: string; wiki?: string }) =>
  compose([
    { name: 'people', sdl: of.people ?? people },
    { name: 'wiki', sdl: of.wiki ?? wiki },
  ]);

test('the subgraphs become one graph, of which clients see no directives of federation', () => {
  expect(both({}).public).toContain('wikiEdits: [String!]!');
  expect(both({}).public).not.toMatch(/@key|join__|@requires/);
  expect(both({}).supergraph).toContain('join__Graph');
});

test.each<[string, { people?: string; wiki?: string }, RegExp]>([
  [
    'a field of two types',
    { wiki: wiki.replace('name: String @', 'name: Int @') },
    /"Company\.name".* subgraph.*"people".*"wiki"/,
  ],
  [
    'a field that the other one lacks',
    { people: people.replace('name: String', 'title: String') },
    /"Company\.name".*"wiki"/,
  ],
  [
    'a requirement of what is not there',
    { wiki: wiki.replace('"name")', '"nom")') },
    /\[wiki\] On field "Company\.wikiEdits".*"nom"/,
  ],
  [
    'a root field of two',
    { wiki: wiki.replace('edits:', 'company: String edits:') },
    /"Query\.company".*"people".*"wiki"/,
  ],
  [
    'a type that is not there',
    { wiki: wiki.replace('edits: [String!]!', 'edits: [Edit!]!') },
    /\[wiki\] Unknown type.*Edit.*schema\/wiki\/wiki\.graphql, line 2: type Query \{ edits: \[Edit!\]! \}/,
  ],
])('%s is told with subgraph and field', (_, of, told) => {
  expect(() => both(of)).toThrow(told);
});
