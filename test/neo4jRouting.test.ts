import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createLogger } from '../platform/log.ts';
import { Graph } from '../platform/neo4j.ts';
import { Values } from '../platform/values.ts';
import { viewGroup } from '../schema/topics.ts';
import { KafkaBroker } from '../subgraphs/streams/kafka.ts';
import { client } from './client.ts';
import { person, publish } from './messages.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let graph: Graph;
const id = 1;
const count = 'MATCH (p:Person {id: $id}) RETURN count(p) AS found';

beforeAll(async () => {
  const { NEO4J_URI } = inject('settings');
  world = await openWorld({ NEO4J_URI: NEO4J_URI.replace('bolt:', 'neo4j:') });
  graph = new Graph(world.settings);
});
afterAll(async () => {
  await graph.close();
  await world[Symbol.asyncDispose]();
});

test('behind neo4j:// a write leaves a bookmark, and who asks after a bookmark is answered by who has come as far', async () => {
  expect(graph.written).toBe('');
  await graph.write((transaction) => transaction.run('MATCH (p:Person {id: 0}) RETURN p'));
  expect(graph.written).not.toBe('');
  graph.after([graph.written, '']);
  expect(await graph.read(count, { id })).toEqual([{ found: 0 }]);
  graph.after(['no bookmark']);
  await expect(graph.read(count, { id })).rejects.toThrow(/bookmark/i);
  graph.after([]);
});

test('the view commits its bookmark, after which Read-After asks', async () => {
  await world.ingest();
  const { url, graph: asked } = await world.gateway();
  const after: string[][] = [];
  const note = asked.after.bind(asked);
  asked.after = (bookmarks) => {
    after.push(bookmarks);
    note(bookmarks);
  };
  const read = await publish(client(url), [person(id, 'Routed')]);
  const found = await client(url).query('query ($id: ID!) { person(id: $id) { name } }', { id: String(id) }, read);
  expect(found).toEqual({ person: { name: 'Routed' } });
  const broker = new KafkaBroker(
    world.kafka,
    world.settings.KAFKA_PREFIX,
    new Values(world.settings),
    createLogger('test', 'silent'),
  );
  const { marks } = await broker.committedWithMarks(viewGroup('people'), 'people.events');
  await broker.close();
  expect(after.at(-1)).toEqual(marks);
  graph.after(marks); // it is one, or this would not be answered
  expect(marks.join('')).not.toBe('');
  expect(await graph.read(count, { id })).toEqual([{ found: 1 }]);
});
