import { openClickHouse } from '../platform/clickhouse.ts';
import type { Settings } from '../platform/config.ts';
import { openKafka } from '../platform/kafka.ts';
import type { Logger } from '../platform/log.ts';
import { Graph } from '../platform/neo4j.ts';
import { Publisher } from '../platform/publish.ts';
import { airView } from './air/sink.ts';
import { RawResponses } from './air/store.ts';
import { archiveView } from './log/archive.ts';
import { menuView } from './menu/sink.ts';
import { runMatcher } from './menu/worker.ts';
import { occupancyView } from './occupancy/sink.ts';
import { peopleView } from './people/sink.ts';
import { setUp } from './setup.ts';
import { runView, type View } from './view.ts';
import { wikiView } from './wiki/sink.ts';

/** The views that ingest keeps, by the names that `--only` takes. */
export const viewNames = ['log', 'people', 'wiki', 'occupancy', 'air', 'menu', 'matcher'] as const;
export type ViewName = (typeof viewNames)[number];

/** Keeps the views up to date with Kafka until it is stopped. */
export async function startIngest(
  settings: Settings,
  only: ViewName[],
  log: Logger,
): Promise<{ stop(): Promise<void> }> {
  const kafka = openKafka(settings, 'ingest', log);
  const graph = new Graph(settings);
  await setUp(settings, kafka, graph);
  const clickhouse = openClickHouse(settings);
  const publisher = new Publisher(kafka, settings.KAFKA_PREFIX);
  const views: Record<Exclude<ViewName, 'matcher'>, View> = {
    log: archiveView(clickhouse),
    people: peopleView(graph, publisher),
    wiki: wikiView(clickhouse, publisher),
    occupancy: occupancyView(clickhouse, publisher),
    air: airView(clickhouse, publisher, await RawResponses.open(settings)),
    menu: menuView(clickhouse, publisher),
  };
  const running = await Promise.all(
    only.map((name) =>
      name === 'matcher'
        ? runMatcher(kafka, clickhouse, publisher, settings, log)
        : runView(views[name], kafka, settings, log),
    ),
  );
  return {
    async stop() {
      await Promise.all(running.map((view) => view.stop()));
      await publisher.close();
      await Promise.all([graph.close(), clickhouse.close()]);
    },
  };
}
