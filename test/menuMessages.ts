import type { Message } from 'kafkajs';
import { generator } from '../ingest/random.ts';
import { unlessBroken } from '../schema/contract.ts';
import { parseItemMessage } from '../schema/menu/item.ts';
import { Matcher } from '../schema/menu/matcher/matcher.ts';
import type { ItemMessage, TermMessage } from '../schema/menu/messages.ts';
import { parseTermMessage, termKey } from '../schema/menu/term.ts';
import { publicTenant, tenantHeaders, tenantOf } from '../schema/tenant.ts';
import { messagesOf, type TopicMessage } from './topic.ts';
import type { World } from './world.ts';

/** A message of menu.terms. @param text null: it is deleted */
export function term(id: string, text: string | null, tenant = publicTenant): Message {
  const message: TermMessage =
    text === null ? { type: 'TermDeleted', data: { id } } : { type: 'Term', data: { id, text } };
  return { key: termKey(tenant, id), value: JSON.stringify(message), ...tenantHeaders(tenant) };
}

/** A message of menu.items. @param name null: it is deleted */
export function item(
  id: string,
  name: string | null,
  {
    menu = 'm',
    description = null,
    tenant = publicTenant,
  }: { menu?: string; description?: string | null; tenant?: string } = {},
): Message {
  const message: ItemMessage =
    name === null
      ? { type: 'MenuItemDeleted', data: { id } }
      : { type: 'MenuItem', data: { id, menu, name, description } };
  return { key: id, value: JSON.stringify(message), ...tenantHeaders(tenant) };
}

const words = 'grilled,salmon,house,wine,red,bitter,lager,glass,of,the,boulevard,castle,peach,fresh,battery'.split(',');
const brands =
  'Yellowtail,Yellow Tail,Boulard,Battery,Château Margaux,Moët & Chandon,Wolf Blass,Hendricks,Penfolds,Tignanello,Jägermeister,Kronenbourg,Appletiser,Veuve Clicquot'.split(
    ',',
  );

/**
 * Changes of terms and items of two tenants, in an order in which each thing is saved, changed, deleted and restored. A
 * few break their contract.
 */
export function menuChanges(seed: number, count: number): { topic: 'menu.terms' | 'menu.items'; message: Message }[] {
  const random = generator(seed);
  const one = <T>(all: readonly T[]): T => all[Math.floor(all.length * random())]!;
  const misspelled = (text: string) => {
    const at = 1 + Math.floor(random() * (text.length - 2));
    return text.slice(0, at) + text.slice(at + 1);
  };
  const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '');
  const sentence = (length: number) =>
    Array.from({ length }, () => {
      const brand = one(brands);
      return random() < 0.6 ? one(words) : one([String, String, plain, misspelled])(brand);
    }).join(' ');
  return Array.from({ length: count }, () => {
    const tenant = random() < 0.8 ? publicTenant : 'acme';
    if (random() < 0.01) return { topic: 'menu.items', message: { key: 'i1', value: '{"type":"MenuItem"}' } };
    if (random() < 0.005)
      return { topic: 'menu.terms', message: { ...term('t1', 'Wolf Blass', tenant), key: 'other' } };
    if (random() < 0.1) {
      const text = random() < 0.3 ? null : random() < 0.7 ? one(brands) : one(words);
      return { topic: 'menu.terms', message: term(`t${Math.floor(random() * 40)}`, text, tenant) };
    }
    const name = random() < 0.1 ? null : sentence(6);
    const description = random() < 0.5 ? null : sentence(12);
    return { topic: 'menu.items', message: item(`i${Math.floor(random() * 1_500)}`, name, { description, tenant }) };
  });
}

/** The matches that hold, as the tables tell, each in one line. */
export async function matchesHeld({ clickhouse }: Pick<World, 'clickhouse'>): Promise<string[]> {
  const result = await clickhouse.query({
    query: `
      SELECT m.tenant, m.item, m.term, part, kind, round(score, 4), found, start, end
      FROM menu_matches AS m FINAL
      JOIN menu_items AS i FINAL
        ON i.tenant = m.tenant AND i.id = m.item AND i.partition = item_partition AND i.offset = item_offset
      JOIN menu_terms AS t FINAL ON t.tenant = m.tenant AND t.id = m.term AND t.offset = term_offset
      WHERE NOT i.deleted AND NOT t.deleted`,
    format: 'JSONCompactEachRow',
  });
  return (await result.json<unknown[]>()).map((row) => JSON.stringify(row)).sort();
}

const text = (bytes: Buffer | null) => bytes?.toString() ?? null;
const termIn = ({ key, value, headers }: TopicMessage) => {
  const tenant = tenantOf(headers as Record<string, string>);
  return { tenant, ...parseTermMessage(text(key), text(value), tenant) };
};
const itemIn = ({ value, headers }: TopicMessage) => {
  return { tenant: tenantOf(headers as Record<string, string>), ...parseItemMessage(text(value)) };
};
const inOrder = (messages: TopicMessage[]) => messages.sort((a, b) => Number(a.offset) - Number(b.offset));

/** The matches that must hold: every item as it is at last, matched with every term as it is at last. */
export async function matchesExpected(world: Pick<World, 'kafka' | 'settings'>): Promise<string[]> {
  const matchers = new Map<string, Matcher>();
  for (const message of inOrder(await messagesOf(world, 'menu.terms'))) {
    const change = unlessBroken(() => termIn(message));
    if (!change) continue;
    const { tenant, id, saved } = change;
    const matcher = matchers.get(tenant) ?? new Matcher();
    matchers.set(tenant, matcher);
    if (saved) matcher.add(id, saved.text);
    else matcher.delete(id);
  }
  const items = new Map<string, ReturnType<typeof itemIn>>();
  for (const message of inOrder(await messagesOf(world, 'menu.items'))) {
    const change = unlessBroken(() => itemIn(message));
    if (change) items.set(`${change.tenant}/${change.id}`, change);
  }
  return [...items.values()]
    .flatMap(({ tenant, id, saved }) => {
      const find = (part: string, name: string) =>
        (matchers.get(tenant)?.match(name) ?? []).map(({ term, kind, score, found, start, end }) =>
          JSON.stringify([tenant, id, term, part, kind, Math.round(score * 1e4) / 1e4, found, start, end]),
        );
      return saved ? [...find('NAME', saved.name), ...find('DESCRIPTION', saved.description ?? '')] : [];
    })
    .sort();
}

/** The dead letters that must come of a topic, as `lettersOf` has them. */
export async function menuLetters(world: Pick<World, 'kafka' | 'settings'>, topic: 'menu.terms' | 'menu.items') {
  const read = topic === 'menu.terms' ? termIn : itemIn;
  return (await messagesOf(world, topic))
    .filter((message) => unlessBroken(() => read(message)) === undefined)
    .map(({ partition, offset, value }) => `${partition}/${offset} ${value?.toString('hex')}`)
    .sort();
}
