import { setTimeout as delay } from 'node:timers/promises';
import { openClickHouse, Tables } from '../platform/clickhouse.ts';
import type { Settings } from '../platform/config.ts';
import { openKafka } from '../platform/kafka.ts';
import { createLogger } from '../platform/log.ts';
import { Graph } from '../platform/neo4j.ts';
import { Publisher } from '../platform/publish.ts';
import type { ItemMessage, TermMessage } from '../schema/menu/messages.ts';
import { keyOf, toPeopleChange } from '../schema/people/change.ts';
import { publicTenant } from '../schema/tenant.ts';
import { menuDemo } from './menu/demo.ts';
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

const countItems = `
SELECT count() AS items
FROM menu_items
WHERE tenant = {tenant:String}`;

/** Publishes the demo menus, and the terms that stand in them, when there are no menus. */
export async function loadMenus(settings: Settings): Promise<void> {
  const clickhouse = openClickHouse(settings);
  const publisher = new Publisher(openKafka(settings, 'demo', createLogger('demo', 'silent')), settings.KAFKA_PREFIX);
  try {
    const [present] = await new Tables(clickhouse).read<{ items: string }>(countItems, { tenant: publicTenant });
    if (Number(present!.items) > 0) return;
    const { terms, items } = menuDemo();
    const messages = (of: (TermMessage | ItemMessage)[]) =>
      of.map((message) => ({ key: String(message.data.id), value: JSON.stringify(message) }));
    await publisher.publish('menu.terms', messages(terms));
    await publisher.publish('menu.items', messages(items));
  } finally {
    await publisher.close();
    await clickhouse.close();
  }
}
