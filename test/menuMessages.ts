import type { Message } from 'kafkajs';
import { parseItemMessage } from '../schema/menu/item.ts';
import { Matcher } from '../schema/menu/matcher/matcher.ts';
import type { ItemMessage, TermMessage } from '../schema/menu/messages.ts';
import { parseTermMessage, termKey } from '../schema/menu/term.ts';
import { publicTenant, tenantHeader, tenantOf } from '../schema/tenant.ts';
import { messagesOf, type TopicMessage } from './topic.ts';
import type { World } from './world.ts';

const headersOf = (tenant: string) => (tenant === publicTenant ? {} : { headers: { [tenantHeader]: tenant } });

/** A message of menu.terms. @param text null: it is deleted */
export function term(id: string, text: string | null, tenant = publicTenant): Message {
  const message: TermMessage =
    text === null ? { type: 'TermDeleted', data: { id } } : { type: 'Term', data: { id, text } };
  return { key: termKey(tenant, id), value: JSON.stringify(message), ...headersOf(tenant) };
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
  return { key: id, value: JSON.stringify(message), ...headersOf(tenant) };
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

/** The matches that must hold: every item as it is at last, matched with every term as it is at last. */
export async function matchesExpected(world: Pick<World, 'kafka' | 'settings'>): Promise<string[]> {
  const text = (bytes: Buffer | null) => bytes?.toString() ?? null;
  const byOffset = (one: TopicMessage, other: TopicMessage) => Number(one.offset) - Number(other.offset);
  const matchers = new Map<string, Matcher>();
  for (const { key, value, headers } of (await messagesOf(world, 'menu.terms')).sort(byOffset)) {
    const tenant = tenantOf(headers as Record<string, string>);
    const { id, saved } = parseTermMessage(text(key), text(value), tenant);
    const matcher = matchers.get(tenant) ?? new Matcher();
    matchers.set(tenant, matcher);
    if (saved) matcher.add(id, saved.text);
    else matcher.delete(id);
  }
  const items = new Map<string, () => string[]>();
  for (const { value, headers } of (await messagesOf(world, 'menu.items')).sort(byOffset)) {
    const tenant = tenantOf(headers as Record<string, string>);
    const { id, saved } = parseItemMessage(text(value));
    const find = (part: string, of: string) =>
      (matchers.get(tenant)?.match({ name: of }) ?? []).map(({ term, kind, score, found, start, end }) =>
        JSON.stringify([tenant, id, term, part, kind, Math.round(score * 1e4) / 1e4, found, start, end]),
      );
    const places = () => [...find('NAME', saved!.name), ...find('DESCRIPTION', saved!.description ?? '')];
    items.set(`${tenant}/${id}`, saved ? places : () => []);
  }
  return [...items.values()].flatMap((places) => places()).sort();
}
