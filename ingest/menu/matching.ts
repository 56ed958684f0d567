import type { Message } from 'kafkajs';
import { unlessBroken } from '../../schema/contract.ts';
import { parseItemMessage } from '../../schema/menu/item.ts';
import type { MatchMessage } from '../../schema/menu/messages.ts';
import { tenantHeaders, tenantOf } from '../../schema/tenant.ts';
import { Turn } from '../turn.ts';
import type { KnownTerms } from './knownTerms.ts';

/** A message of menu.items, wherever it was read. */
export interface PlacedItem {
  offset: number;
  /** When Kafka took it, in milliseconds since 1970. */
  at: number;
  headers: Parameters<typeof tenantOf>[0];
  value: string | null;
}

/**
 * The messages of menu.matches that say where terms are found in items of a partition: of equal items and terms always
 * the same. Items that break their contract are passed over, because the view of menus tells about them.
 */
export async function matchesOf(terms: KnownTerms, partition: number, items: Iterable<PlacedItem>): Promise<Message[]> {
  const turn = new Turn();
  const messages: Message[] = [];
  for (const { offset, at, headers, value } of items) {
    if (turn.isOver()) await turn.next();
    const read = unlessBroken(() => ({ tenant: tenantOf(headers), item: parseItemMessage(value).saved }));
    if (!read?.item) continue;
    const { tenant, item } = read;
    const findings = terms.find(tenant, item);
    if (findings.length === 0) continue;
    const itemAt = new Date(at).toISOString();
    const place = { item: item.id, menu: item.menu, itemPartition: partition, itemOffset: offset, itemAt };
    for (const { term, termOffset, part, kind, score, found, start, end } of findings) {
      const match: MatchMessage = { ...place, term, termOffset, part, kind, score, found, start, end };
      messages.push({ key: item.id, value: JSON.stringify(match), ...tenantHeaders(tenant) });
    }
  }
  return messages;
}
