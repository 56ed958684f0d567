import { expect, test } from 'vitest';
import { noDeclarations, refuseBreaking } from './breaking.ts';

const release = `
  "Somebody."
  type Person { id: ID! name: String old: Int @deprecated(reason: "Ask for age.") }
  enum Order { NAME ID }
  input Filter { name: String }
  type Query { person(id: ID!): Person people(order: Order, where: Filter): [Person!]! }
`;
const changed = (from: string, to: string) => {
  if (!release.includes(from)) throw new Error(from);
  return release.replace(from, to);
};
const check = (present: string, declarations = noDeclarations) => refuseBreaking(release, present, declarations);

test.each<[string, string, string, string]>([
  ['a field that is gone', 'name: String old', 'old', 'Person.name'],
  ['a deprecated field that is gone', 'old: Int @deprecated(reason: "Ask for age.")', '', 'Person.old'],
  ['a field of another type', 'name: String old', 'name: Int old', 'Person.name'],
  [
    'a field that may be null now',
    'people(order: Order, where: Filter): [Person!]!',
    'people(order: Order, where: Filter): [Person!]',
    'Query.people',
  ],
  ['an argument that must be given now', 'person(id: ID!)', 'person(id: ID!, at: Int!)', 'Query.person.at'],
  ['an argument that is gone', 'people(order: Order, where: Filter)', 'people(order: Order)', 'Query.people.where'],
  ['an input that must be given now', 'input Filter { name: String }', 'input Filter { name: String! }', 'Filter.name'],
  ['a value that is gone', 'NAME ID', 'NAME', 'Order.ID'],
])('%s breaks clients unless it is declared', async (_, from, to, path) => {
  const present = changed(from, to);
  await expect(check(present)).rejects.toThrow(`\n- ${path}: `);
  await expect(check(present)).rejects.toThrow(`declare it: a line "${path}: why"`);
  await check(present, `${noDeclarations}${path}: It was wrong.\n`);
});

test.each<[string, string, string]>([
  ['nothing', 'Person', 'Person'],
  ['a field more', 'id: ID! name', 'id: ID! age: Int name'],
  ['an argument more', 'person(id: ID!)', 'person(id: ID!, at: Int)'],
  ['a deprecation', 'name: String old', 'name: String @deprecated(reason: "No more.") old'],
  ['a description', '"Somebody."', '"A person."'],
  ['a field that is never null now', 'name: String old', 'name: String! old'],
])('%s breaks nobody', (_, from, to) => check(changed(from, to)));

test('what is declared must be so, and say why', async () => {
  await expect(check(release, 'Person.name: It was wrong.')).rejects.toThrow(
    '- Person.name: declared, but nothing there',
  );
  await expect(check(release, 'Person.name:')).rejects.toThrow('schema/breaking.yaml does not say why Person.name.');
});
