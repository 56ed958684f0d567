import type { Message } from 'kafkajs';
import type { Settings } from '../platform/config.ts';
import { derivedItemId } from '../schema/menu/item.ts';
import { type Apart, apart } from './apart.ts';
import { median, row, timed } from './figures.ts';
import { type Item, menuData } from './menuData.ts';

const terms = 2_000;
const rounds = 3;
const batchSize = 2_000;

/** Rows a second from a POST until whoever reads finds them with their matches, beside those that only go into Kafka. */
export async function benchPosted(given: Settings, rows: number): Promise<void> {
  await using installation = await apart({ ...given, READ_AFTER_TIMEOUT_MS: 600_000 });
  const { publisher } = installation;
  const data = menuData(terms, rows);
  await publisher.publish(
    'menu.terms',
    data.terms.map((text, id) => ({ key: `${id}`, value: JSON.stringify({ type: 'Term', data: { id, text } }) })),
  );
  console.log(
    `\nFrom POST /menu/items to the tables: ${rows} rows, ${terms} terms, rows a second, median of ${rounds}`,
  );
  const bare = await ratesOf(rows, (round) => publishBare(installation, data.items, `bare${round}`));
  row('publishing the rows and no more', bare);
  const gateway = await installation.role('gateway');
  const views = await installation.role('ingest --only log menu');
  const workers = [await installation.role('ingest --only matcher')];
  for (const name of ['one worker', 'two workers']) {
    if (workers.length === 1 && name === 'two workers') workers.push(await installation.role('ingest --only matcher'));
    await posted(gateway.port, data.items.slice(0, 1_000), `warm ${name}`);
    const rate = await ratesOf(rows, (round) => posted(gateway.port, data.items, `${name} ${round}`));
    row(name, rate);
    row('  ratio', rate / bare);
  }
  for (const role of [gateway, views, ...workers]) await role.stop();
}

async function ratesOf(rows: number, work: (round: number) => Promise<unknown>): Promise<number> {
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) rates.push(rows / ((await timed(() => work(round))) / 1000));
  return median(rates);
}

async function publishBare({ publisher }: Apart, items: Item[], menu: string): Promise<void> {
  for (let at = 0; at < items.length; at += batchSize)
    await publisher.publish(
      'menu.items',
      items.slice(at, at + batchSize).map(({ name, description }): Message => {
        const id = derivedItemId(menu, name, description);
        return { key: id, value: JSON.stringify({ type: 'MenuItem', data: { id, menu, name, description } }) };
      }),
    );
}

/** Posts the items as a menu, and waits until a reader sees them with what is found in them. */
async function posted(port: number, items: Item[], menu: string): Promise<void> {
  const url = `http://127.0.0.1:${port}`;
  const lines = items.map(({ name, description }) => `${menu},"${name}","${description}"\n`);
  const body = `MenuId,ProductName,ProductDescription\n${lines.join('')}`;
  const response = await fetch(`${url}/menu/items`, { method: 'POST', headers: { 'content-type': 'text/csv' }, body });
  const { position } = (await response.json()) as { position: string };
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'read-after': position },
    body: JSON.stringify({
      query: 'query ($menu: ID!) { menu(id: $menu) { items(first: 0) { totalCount } } }',
      variables: { menu },
    }),
  });
  const { data } = (await answer.json()) as { data: { menu: { items: { totalCount: number } } } };
  const { totalCount } = data.menu.items;
  if (totalCount < items.length * 0.99) throw new Error(`only ${totalCount} of ${items.length} items are there`);
}
