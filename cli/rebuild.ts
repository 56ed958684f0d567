import type { ClickHouseClient } from '@clickhouse/client';
import type { Kafka } from 'kafkajs';
import { topicLog } from '../ingest/log/topicLog.ts';
import { menuTables } from '../ingest/menu/sink.ts';
import { occupancyTables } from '../ingest/occupancy/sink.ts';
import { type RebuildOptions, rebuildPeople } from '../ingest/people/rebuild.ts';
import { rebuildTables } from '../ingest/rebuild.ts';
import type { TableView } from '../ingest/tableView.ts';
import { wikiTables } from '../ingest/wiki/sink.ts';
import { openClickHouse } from '../platform/clickhouse.ts';
import type { Settings } from '../platform/config.ts';
import { openKafka } from '../platform/kafka.ts';
import { createLogger } from '../platform/log.ts';
import { Graph } from '../platform/neo4j.ts';
import { Publisher } from '../platform/publish.ts';
import { askedToStop } from './role.ts';
import { withServers } from './serverAddresses.ts';
import { TerminalReport } from './terminal.ts';

const log = createLogger('rebuild', 'silent');

/** A statement of a rebuild may count, or copy, a table of any size. */
const patienceSeconds = 24 * 3_600;

interface Session {
  settings: Settings;
  kafka: Kafka;
  clickhouse: ClickHouseClient;
  stopped: AbortSignal;
  report: TerminalReport;
}

export function people(given: Settings, options: RebuildOptions): Promise<void> {
  const whenStopped = 'Stopped. The graph is complete, with parts still of the earlier parse; run it again.';
  return session(given, whenStopped, async ({ settings, kafka, clickhouse, stopped, report }) => {
    const graph = new Graph(settings);
    const log = topicLog(kafka, clickhouse, settings, 'people.events');
    const { messages, refused } = await rebuildPeople(graph, log, options, stopped, (done, total) =>
      report.progress('Rebuilding the people graph', done, total),
    ).finally(() => graph.close());
    report.say(
      `Rebuilt the people graph from ${messages} messages; ${refused} of them break the contract and wrote nothing.`,
    );
  });
}

export const wiki = (given: Settings) => tables(given, wikiTables);
export const occupancy = (given: Settings) => tables(given, occupancyTables);
export const menu = (given: Settings) => tables(given, menuTables);

function tables(given: Settings, view: TableView): Promise<void> {
  const whenStopped = 'Stopped. What was there serves on as it was; run the rebuild again.';
  return session(given, whenStopped, async ({ settings, kafka, clickhouse, stopped, report }) => {
    const publisher = new Publisher(kafka, settings.KAFKA_PREFIX);
    const { messages, refused, sent, kept } = await rebuildTables(
      view,
      { kafka, clickhouse, publisher, settings, log },
      stopped,
      (step, done, total) => report.progress(step, done, total),
    ).finally(() => publisher.close());
    report.say(
      `Rebuilt ${view.about} from ${messages} messages; ${refused} of them break the contract, ${sent} of which are new in dead.letters.`,
    );
    if (kept > 0) report.say(`${kept} rows were kept as they were, because the log no longer has their messages.`);
  });
}

async function session(given: Settings, whenStopped: string, work: (session: Session) => Promise<void>): Promise<void> {
  const settings = withServers(given);
  const stopped = new AbortController();
  askedToStop().then(() => stopped.abort(new Error(whenStopped)));
  const clickhouse = openClickHouse(settings, patienceSeconds);
  const kafka = openKafka(settings, 'rebuild', log);
  try {
    await work({ settings, kafka, clickhouse, stopped: stopped.signal, report: new TerminalReport() });
  } catch (error) {
    stopped.signal.throwIfAborted(); // the reason says more
    throw error;
  } finally {
    await clickhouse.close();
  }
  process.exit(0);
}
