import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OperationDefinitionNode, OperationTypeNode, parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseCookbook, type Recipe } from '../explorer/cookbook.ts';
import { loadDemo } from '../ingest/demo.ts';
import { projectRoot } from '../platform/root.ts';
import { type Client, client } from './client.ts';
import { company, publish, stint } from './messages.ts';
import { openWorld, type World } from './world.ts';

const recipes = parseCookbook(readFileSync(join(projectRoot, 'docs', 'cookbook.md'), 'utf8'));
const kindOf = ({ query }: Recipe) => (parse(query).definitions[0] as OperationDefinitionNode).operation;
const ofKind = (kind: OperationTypeNode) =>
  recipes.filter((recipe) => kindOf(recipe) === kind).map((recipe) => [recipe.title, recipe] as const);

let world: World;
let gateway: Client;

beforeAll(async () => {
  world = await openWorld({ READ_AFTER_TIMEOUT_MS: 30_000 }); // however slow the machine
  await world.ingest();
  gateway = client((await world.gateway()).url);
  await loadDemo(world.settings, { progress: () => {} });
});
afterAll(() => world[Symbol.asyncDispose]());

/** What a recipe promises beyond an answer that is nowhere empty, by its title. */
const promises: Record<string, (data: never) => void> = {
  'Search people by name': ({ people }: { people: { totalCount: number; edges: { node: { name: string } }[] } }) => {
    expect(people.totalCount).toBe(people.edges.length);
    for (const { node } of people.edges) expect(node.name.toLowerCase()).toContain('lind');
  },
  'Where has a person worked?': ({ person }: { person: { employers: { edges: { node: { company: object } }[] } } }) =>
    expect(new Set(person.employers.edges.map(({ node }) => JSON.stringify(node.company))).size).toBeLessThan(
      person.employers.edges.length, // several stints at one company
    ),
  'Who left a company, and where are they now?': (data) => {
    expect(JSON.stringify(data)).toMatch(/"Bruno Okafor","employers":\{"edges":\[\{[^\]]*"Lumen Robotics"/);
  },
  'What did a company buy, and what had those bought?': (data: { company: { acquisitionTree: { depth: number }[] } }) =>
    expect(new Set(data.company.acquisitionTree.map(({ depth }) => depth)).size).toBeGreaterThan(1),
  'Who bought a company?': (data: { company: { acquiredBy: { acquirer: { acquiredBy: object[] } }[] } }) =>
    expect(data.company.acquiredBy[0]!.acquirer.acquiredBy).not.toEqual([]),
  'How are two people connected?': ({ shortestPath }: { shortestPath: { length: number; nodes: object[] } }) =>
    expect(shortestPath.nodes).toHaveLength(shortestPath.length + 1),
};

test('promises are kept for recipes that are there', () => {
  const titles = recipes.map(({ title }) => title);
  expect(Object.keys(promises).filter((title) => !titles.includes(title))).toEqual([]);
});

test.each(ofKind(OperationTypeNode.QUERY))('%s', async (title, { query, variables }) => {
  const data = await gateway.query<Record<string, unknown>>(query, variables);
  expect(emptyParts(data)).toEqual([]);
  promises[title]?.(data as never);
});

test.each(ofKind(OperationTypeNode.MUTATION))('%s', async (_, { query, variables }) => {
  const before = await gateway.query('{ person(id: 1041) { name } }');
  expect(before).toEqual({ person: null });
  const { publishPeople } = await gateway.query<{ publishPeople: { accepted: number; position: string } }>(
    query,
    variables,
  );
  expect(publishPeople.accepted).toBe((variables!.messages as object[]).length);
  const after = await gateway.query(
    '{ person(id: 1041) { name employers { edges { node { company { id } current } } } } }',
    {},
    { 'Read-After': publishPeople.position },
  );
  expect(after).toEqual({
    person: {
      name: 'Dana Whitfield',
      employers: { edges: [{ node: { company: { id: '2001' }, current: true } }] },
    },
  });
});

test.each(ofKind(OperationTypeNode.SUBSCRIPTION))('%s', async (_, { query, variables }) => {
  const events = gateway.subscribe<{ graphChanged: Record<string, unknown> }>(query, variables);
  const first = events.next();
  let hasCome = false;
  const noted = first.finally(() => {
    hasCome = true;
  });
  // A subscription that begins now shows only what comes after it has begun.
  for (let at = 0; !hasCome; at++) {
    const read = await publish(gateway, [
      company(2001, 'Northwind Systems', at),
      stint(1005, 2001, `Try ${at}`, '2024-01-01', null),
    ]);
    await Promise.race([noted, gateway.query('{ company(id: 2001) { headcount } }', {}, read)]);
  }
  const { graphChanged } = (await noted).value!;
  expect(graphChanged).toMatchObject({ cursor: expect.any(String), at: expect.stringMatching(/Z$/) });
  expect(graphChanged.company ?? graphChanged.employment).toEqual(expect.any(Object));
  await events.return!();
});

/** The places of an answer that hold nothing: null objects, empty lists, lists without edges. */
function emptyParts(value: unknown, place = ''): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [place] : emptyParts(value[0], `${place}[0]`);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, part]) => {
    const where = `${place}.${name}`;
    return part === null && /^(person|company|shortestPath)$/.test(name) ? [where] : emptyParts(part, where);
  });
}
