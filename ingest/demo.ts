import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '../platform/config.ts';
import { openKafka } from '../platform/kafka.ts';
import { createLogger } from '../platform/log.ts';
import { Graph } from '../platform/neo4j.ts';
import { Publisher } from '../platform/publish.ts';
import { keyOf, toPeopleChange } from '../schema/people/change.ts';
import { peopleDemo } from './people/demo.ts';

interface Report {
  progress(step: string, done: number, total: number): void;
}

const countEntities = `
RETURN COUNT { MATCH (n:Person|Company) WHERE n.version IS NOT NULL }
     + COUNT { MATCH ()-[:EMPLOYED_BY|ACQUIRED]->() } AS entities`;

/** Publishes the demo people and companies when the graph is empty, and waits until the graph holds them. */
export async function loadDemo(settings: Settings, report: Report, signal?: AbortSignal): Promise<void> {
  const graph = new Graph(settings);
  const publisher = new Publisher(openKafka(settings, 'demo', createLogger('demo', 'silent')), settings.KAFKA_PREFIX);
  try {
    const present = async () => (await graph.read<{ entities: number }>(countEntities))[0]!.entities;
    if ((await present()) > 0) return;
    const messages = peopleDemo();
    await publisher.publish(
      'people.events',
      messages.map((message) => ({ key: keyOf(toPeopleChange(message)), value: JSON.stringify(message) })),
    );
    for (let loaded = 0; loaded < messages.length; await delay(50, undefined, signal && { signal })) {
      loaded = await present();
      report.progress('Loading the demo people and companies', loaded, messages.length);
    }
  } finally {
    await publisher.close();
    await graph.close();
  }
}
