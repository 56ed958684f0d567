import { peopleLog } from '../ingest/log/peopleLog.ts';
import { type RebuildOptions, rebuildPeople } from '../ingest/people/rebuild.ts';
import { openClickHouse } from '../platform/clickhouse.ts';
import type { Settings } from '../platform/config.ts';
import { openKafka } from '../platform/kafka.ts';
import { createLogger } from '../platform/log.ts';
import { Graph } from '../platform/neo4j.ts';
import { askedToStop } from './role.ts';
import { withServers } from './serverAddresses.ts';
import { TerminalReport } from './terminal.ts';

export async function rebuild(given: Settings, options: RebuildOptions): Promise<void> {
  const settings = withServers(given);
  const report = new TerminalReport();
  const stopped = new AbortController();
  askedToStop().then(() =>
    stopped.abort(new Error('Stopped. The graph is complete, with parts still of the earlier parse; run it again.')),
  );
  const graph = new Graph(settings);
  const clickhouse = openClickHouse(settings);
  const log = peopleLog(openKafka(settings, 'rebuild', createLogger('rebuild', 'silent')), clickhouse, settings);
  try {
    const { messages, refused } = await rebuildPeople(graph, log, options, stopped.signal, (done, total) =>
      report.progress('Rebuilding the people graph', done, total),
    );
    report.say(
      `Rebuilt the people graph from ${messages} messages; ${refused} of them break the contract and wrote nothing.`,
    );
  } finally {
    await Promise.all([graph.close(), clickhouse.close()]);
  }
  process.exit(0);
}
