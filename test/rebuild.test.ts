import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TopicLog, topicLog } from '../ingest/log/topicLog.ts';
import { rebuildPeople } from '../ingest/people/rebuild.ts';
import { applyMessages, writeChanges } from '../ingest/people/sink.ts';
import { parsePeopleMessage } from '../schema/people/change.ts';
import type { PeopleMessage } from '../schema/people/messages.ts';
import { foldPeople, graphContents, type LoadMessage, peopleLoad } from './peopleLoad.ts';
import { openWorld, type World } from './world.ts';

const never = new AbortController().signal;
const load = peopleLoad(6_000);
let world: World;
let ingest: { stop(): Promise<void> };

beforeAll(async () => {
  world = await openWorld();
  ingest = await world.ingest();
});
afterAll(() => world[Symbol.asyncDispose]());

test('a rebuild mends what went wrong, while messages come in, and never shows an older state', async () => {
  await publish(load.slice(0, 4_000));
  await applied(4_000);
  // What a faulty parser might have left behind.
  await world.graph.command("MATCH (p:Person) WHERE p.id % 7 = 0 AND p.version IS NOT NULL SET p.name = 'wrong'");
  await world.graph.command("MATCH (:Person)-[e:EMPLOYED_BY]->() WITH e LIMIT 50 SET e.end = date('1999-01-01')");
  await world.graph.command('MATCH (n) WHERE n.id % 11 = 0 DETACH DELETE n');
  await world.graph.command(
    "CREATE (p:Person {id: 999001, name: 'nobody', version: 1})-[:EMPLOYED_BY {stint: 'x', version: 1}]->(:Company {id: 999002, version: 1})",
  );
  const [watched] = await world.graph.read<{ id: number; name: string }>(
    'MATCH (p:Person) WHERE p.name IS NOT NULL AND p.id % 7 <> 0 RETURN p.id AS id, p.name AS name ORDER BY p.version DESC LIMIT 1',
  );
  const names = new Set<string | null>();
  const rebuilding = rebuildPeople(world.graph, log(), { acceptHoles: false }, never, () => {});
  let done = false;
  const finished = rebuilding.finally(() => {
    done = true;
  });
  const publishing = publish(load.slice(4_000).filter(({ key }) => key !== String(watched!.id)));
  while (!done)
    for (const { name } of await world.graph.read<{ name: string | null }>(
      'MATCH (p:Person {id: $id}) RETURN p.name AS name',
      {
        id: watched!.id,
      },
    ))
      names.add(name);
  const { messages, refused } = await finished;
  await publishing;
  const published = [...load.slice(0, 4_000), ...load.slice(4_000).filter(({ key }) => key !== String(watched!.id))];
  await applied(published.length);

  expect(messages).toBeGreaterThanOrEqual(4_000);
  expect(refused).toBeGreaterThan(0);
  expect([...names]).toEqual([watched!.name]);
  const contents = await graphContents(world.graph);
  const expected = foldPeople(published);
  expect(contents.nodes).toEqual(expected.nodes);
  expect(contents.relationships).toEqual(expected.relationships);
});

test('a log with holes is refused before anything is changed', async () => {
  await ingest.stop();
  const before = await graphContents(world.graph);
  await world.clickhouse.command({
    query: "DELETE FROM log WHERE topic = 'people.events' AND partition = 1 AND offset < 10",
  });
  await expect(rebuildPeople(world.graph, log(), { acceptHoles: false }, never, () => {})).rejects.toThrow(
    /^The log lacks 10 of the first \d+ messages of people.events, partition 1 \(it begins at offset 10\)/,
  );
  expect(await graphContents(world.graph)).toEqual(before);
});

test('of two messages of one millisecond the later one counts, also when a rebuild begins between them', async () => {
  const at = Date.now();
  const messages = ['earlier', 'later'].map((name, offset) => {
    const value = JSON.stringify({ type: 'Person', data: { person_id: 1, name } });
    return { partition: 0, offset, at, key: null, headers: {}, value };
  });
  const apply = (count: number) => {
    const placed = messages
      .slice(0, count)
      .map(({ offset, value }) => ({ offset, at, change: parsePeopleMessage(value) }));
    const place = { topic: 'people.events', partition: 0 };
    return world.graph.write((transaction) => applyMessages(transaction, place, placed, count));
  };
  await world.graph.command('MATCH (n) WHERE NOT n:View DETACH DELETE n'); // ingest has been stopped
  await apply(1);
  const archived = [[1], [2]];
  const archive: TopicLog = {
    range: async () => ({ oldest: [0], end: [2] }),
    committed: async () => {
      await apply(2); // the rebuild has begun, and has written nothing yet
      return archived.shift()!;
    },
    coverage: async () => [{ messages: 1, first: 0 }],
    read: async (_, from, to) => messages.slice(from, to),
  };
  await rebuildPeople(world.graph, archive, { acceptHoles: true }, never, () => {});
  expect(await world.graph.read('MATCH (p:Person) RETURN p.name AS name')).toEqual([{ name: 'later' }]);
});

test.each<PeopleMessage>([
  { type: 'Person', data: { person_id: 1, name: 'a' } },
  { type: 'Company', data: { company_id: 1, company_name: 'a' } },
  { type: 'PersonEmployment', data: { person_id: 1, company_id: 1, end_date: '2001-01-01' } },
  {
    type: 'CompanyAcquisition',
    data: { parent_company_id: 1, acquired_company_id: 2, merged_into_parent_company: true },
  },
])('an older $type that had to wait for the writer of a newer one does not undo it', async (message) => {
  await world.graph.command('MATCH (n) WHERE NOT n:View DETACH DELETE n'); // ingest has been stopped
  const write = (message: PeopleMessage, version: number, until?: Promise<void>) =>
    world.graph.write(async (transaction) => {
      await writeChanges(transaction, [{ change: parsePeopleMessage(JSON.stringify(message)), version }], 1);
      await until;
    });
  await write(message, 1);
  const { promise: both, resolve: release } = Promise.withResolvers<void>();
  const newer = write(message, 3, both);
  await transactions("status = 'Running' AND currentQuery = ''");
  const older = write(message, 2);
  await transactions("status STARTS WITH 'Blocked'");
  release();
  await Promise.all([newer, older]);
  const versions = await world.graph.read<{ version: number }>(
    'MATCH (n) WHERE n.version IS NOT NULL RETURN n.version AS version UNION MATCH ()-[e]->() RETURN e.version AS version',
  );
  expect(versions).toEqual([{ version: 3 }]);
});

/** Waits until a transaction is as described. */
async function transactions(described: string): Promise<void> {
  while ((await world.graph.read(`SHOW TRANSACTIONS YIELD status, currentQuery WHERE ${described}`)).length === 0);
}

function log() {
  return topicLog(world.kafka, world.clickhouse, world.settings, 'people.events');
}

async function publish(messages: LoadMessage[]): Promise<void> {
  await world.publisher.publish(
    'people.events',
    messages.map(({ key, value }) => ({ key, value })),
  );
}

async function applied(count: number): Promise<void> {
  for (let total = 0; total < count; )
    [{ total }] = (await world.graph.read<{ total: number }>('MATCH (o:Offset) RETURN sum(o.next) AS total')) as [
      { total: number },
    ];
}
