import neo4j, { type Driver } from 'neo4j-driver';
import { peopleView } from '../ingest/people/sink.ts';
import { runView } from '../ingest/view.ts';
import type { Settings } from '../platform/config.ts';
import { Graph } from '../platform/neo4j.ts';
import { keyOf, toPeopleChange } from '../schema/people/change.ts';
import type { PeopleMessage } from '../schema/people/messages.ts';
import { type Apart, apart } from './apart.ts';
import { askGraph } from './ask.ts';
import { median, quantile, row, timed } from './figures.ts';

const messageCount = 60_000;
const rounds = 3;
/** Both sides write this many batches at a time (ours does so in production), of at most so many rows. */
const parallel = 1;
const batchSize = 2_000;

export async function run(given: Settings): Promise<void> {
  await using installation = await apart(given); // with the constraints, without which the bare loop is no match
  const graph = new Graph(given);
  const driver = neo4j.driver(given.NEO4J_URI, undefined, { disableLosslessIntegers: true });
  for (const [name, messages] of [
    ['persons only', persons()],
    ['mixed: persons, companies, stints, acquisitions', mixed()],
  ] as const)
    await benchSink(name, messages, given, graph, driver);
  await benchQueries(installation, given, graph, driver);
  await driver.close();
  await graph.close();
}

async function benchSink(
  name: string,
  messages: PeopleMessage[],
  given: Settings,
  graph: Graph,
  driver: Driver,
): Promise<void> {
  console.log(`\nInto Neo4j, ${name}: ${messages.length} messages, ${parallel} writer, median of ${rounds}`);
  const bare: number[] = [];
  const ours: number[] = [];
  await emptyGraph(graph);
  for (let warmUp = 0; warmUp < 2; warmUp++) await bareLoop(driver, messages);
  for (let round = 0; round < rounds; round++) {
    await emptyGraph(graph);
    bare.push(messages.length / ((await timed(() => bareLoop(driver, messages))) / 1000));
    await emptyGraph(graph);
    ours.push(messages.length / (await sinkSeconds(messages, given, graph)));
  }
  row('bare UNWIND/MERGE loop, messages/s', median(bare));
  row('Kafka to Neo4j through the sink, messages/s', median(ours));
  row('ratio (aim 0.7)', median(ours.map((rate, at) => rate / bare[at]!)));
}

/** What anybody would write first: the same rows, MERGE and SET, no fence, no validation, no order. */
async function bareLoop(driver: Driver, messages: PeopleMessage[]): Promise<void> {
  const batches: PeopleMessage[][] = [];
  for (let start = 0; start < messages.length; start += batchSize)
    batches.push(messages.slice(start, start + batchSize));
  const write = async () => {
    const session = driver.session();
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      const rows = Map.groupBy(batch, ({ type }) => type);
      await session.executeWrite(async (transaction) => {
        for (const [type, statement] of Object.entries(bareStatements))
          if (rows.has(type as never))
            await transaction.run(statement, { rows: rows.get(type as never)!.map(({ data }) => data) });
      });
    }
    await session.close();
  };
  await Promise.all(Array.from({ length: parallel }, write));
}

const bareStatements = {
  Person:
    'UNWIND $rows AS row MERGE (p:Person {id: toInteger(row.person_id)}) SET p.name = row.name, p.folded = toLower(row.name), p.sort = row.name',
  Company:
    'UNWIND $rows AS row MERGE (c:Company {id: toInteger(row.company_id)}) SET c.name = row.company_name, c.folded = toLower(row.company_name), c.sort = row.company_name, c.headcount = toInteger(row.headcount)',
  PersonEmployment:
    'UNWIND $rows AS row MERGE (p:Person {id: toInteger(row.person_id)}) MERGE (c:Company {id: toInteger(row.company_id)}) MERGE (p)-[e:EMPLOYED_BY {title: row.employment_title, start: date(row.start_date)}]->(c) SET e.end = date(row.end_date)',
  CompanyAcquisition:
    'UNWIND $rows AS row MERGE (a:Company {id: toInteger(row.parent_company_id)}) MERGE (b:Company {id: toInteger(row.acquired_company_id)}) MERGE (a)-[r:ACQUIRED]->(b) SET r.merged = row.merged_into_parent_company',
};

async function sinkSeconds(messages: PeopleMessage[], given: Settings, graph: Graph): Promise<number> {
  await using installation = await apart(given);
  const { settings, kafka, publisher, log } = installation;
  await publisher.publish('people.events', keyed(messages));
  let started = 0;
  const view = peopleView(graph, publisher);
  const finished = appliedAll(view, messages.length, () => {
    started ||= performance.now();
  });
  const running = await runView({ ...finished.view, batchSize, concurrency: view.concurrency }, kafka, settings, log);
  await finished.done;
  const seconds = (performance.now() - started) / 1000;
  await running.stop();
  return seconds;
}

/** The view, with an ear at its writes: from the first begun to the last done. */
function appliedAll(view: ReturnType<typeof peopleView>, count: number, begun: () => void) {
  let written = 0;
  const { promise: done, resolve } = Promise.withResolvers<void>();
  return {
    done,
    view: {
      ...view,
      write: async (batch: Parameters<typeof view.write>[0]) => {
        begun();
        await view.write(batch);
        written += batch.messages.length;
        if (written >= count) resolve();
      },
    },
  };
}

async function benchQueries(installation: Apart, given: Settings, graph: Graph, driver: Driver): Promise<void> {
  const count = 2_000;
  await emptyGraph(graph);
  await sinkSeconds(mixed(), given, graph);
  const gateway = await installation.role('gateway');
  const ask = askGraph(gateway.port);
  const names = ['ansen', 'er 12', 'person 777', 'zz'];
  const questions = {
    'person by id': {
      bare: (at: number) =>
        bareRead(driver, 'MATCH (n:Person {id: $id}) RETURN n.id AS id, n.name AS name', {
          id: neo4j.int(1 + (at % 16_000)),
        }),
      ours: (at: number) => ask('query ($id: ID!) { person(id: $id) { id name } }', { id: String(1 + (at % 16_000)) }),
    },
    'people by name, first 10': {
      bare: (at: number) =>
        bareRead(
          driver,
          'MATCH (n:Person) WHERE n.folded CONTAINS $search RETURN n.id AS id, n.name AS name ORDER BY n.sort, n.id LIMIT 11',
          { search: names[at % names.length] },
        ),
      ours: (at: number) =>
        ask(
          'query ($name: String) { people(name: $name, first: 10) { edges { node { id name } } pageInfo { hasNextPage } } }',
          {
            name: names[at % names.length],
          },
        ),
    },
  };
  for (const [name, { bare, ours }] of Object.entries(questions)) {
    const times: { bare: number[]; ours: number[] } = { bare: [], ours: [] };
    const calls = name.includes('name') ? count / 4 : count;
    for (let at = 0; at < calls + 500; at++) {
      const b = await timed(() => bare(at));
      const o = await timed(() => ours(at));
      if (at < 500) continue; // warming up
      times.bare.push(b);
      times.ours.push(o);
    }
    console.log(`\n${name}: one caller, ${calls} calls each in turn, ms`);
    row('', 'p50', 'p99');
    row('bare driver call', quantile(times.bare, 0.5), quantile(times.bare, 0.99));
    row('through the gateway', quantile(times.ours, 0.5), quantile(times.ours, 0.99));
    row(
      'ratio (aim 3 at p50)',
      quantile(times.ours, 0.5) / quantile(times.bare, 0.5),
      quantile(times.ours, 0.99) / quantile(times.bare, 0.99),
    );
  }
  await gateway.stop();
}

async function bareRead(driver: Driver, cypher: string, parameters: Record<string, unknown>): Promise<unknown> {
  const session = driver.session({ defaultAccessMode: neo4j.session.READ });
  const result = await session.run(cypher, parameters);
  await session.close();
  return result.records.map((record) => record.toObject());
}

async function emptyGraph(graph: Graph): Promise<void> {
  await graph.command('MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS');
}

function keyed(messages: PeopleMessage[]) {
  return messages.map((message) => ({ key: keyOf(toPeopleChange(message)), value: JSON.stringify(message) }));
}

function persons(): PeopleMessage[] {
  return Array.from({ length: messageCount }, (_, at) => person(at));
}

function person(at: number): PeopleMessage {
  return {
    type: 'Person',
    data: { person_id: at + 1, name: `Person ${at} ${['Hansen', 'Miller', 'Okafor', 'Sato'][at % 4]}` },
  };
}

/** Four persons, one company, four stints and an acquisition of every ten. */
function mixed(): PeopleMessage[] {
  const companies = messageCount / 10;
  return Array.from({ length: messageCount }, (_, at): PeopleMessage => {
    const tenth = Math.floor(at / 10);
    const digit = at % 10;
    if (digit < 4) return person(tenth * 4 + digit);
    if (digit === 4)
      return {
        type: 'Company',
        data: { company_id: tenth + 1, company_name: `Company ${tenth}`, headcount: tenth % 900 },
      };
    if (digit === 9) {
      const acquired = 1 + ((tenth * 17 + 3) % companies);
      return {
        type: 'CompanyAcquisition',
        data: {
          parent_company_id: tenth + 1,
          acquired_company_id: acquired === tenth + 1 ? (acquired % companies) + 1 : acquired,
          merged_into_parent_company: at % 3 === 0,
        },
      };
    }
    return {
      type: 'PersonEmployment',
      data: {
        person_id: tenth * 4 + digit - 4,
        company_id: 1 + ((tenth * 7 + digit * 13) % companies),
        employment_title: `Title ${at % 40}`,
        start_date: `${2000 + (at % 20)}-05-01`,
        end_date: at % 2 === 0 ? null : `${2021 + (at % 4)}-04-30`,
      },
    };
  });
}
