import type { KafkaMessage } from 'kafkajs';
import { fold } from '../../schema/fold.ts';
import { parseItemMessage } from '../../schema/menu/item.ts';
import { parseMatch } from '../../schema/menu/match.ts';
import { parseTermMessage } from '../../schema/menu/term.ts';
import { tenantOf } from '../../schema/tenant.ts';

/** A row of menu_terms, by the names of its columns. @throws ContractError when the message is none of menu.terms */
export function toTermRow(_topic: string, partition: number, message: KafkaMessage): object {
  const { key, value, headers } = message;
  const tenant = tenantOf(headers);
  const { id, saved } = parseTermMessage(key?.toString() ?? null, value?.toString() ?? null, tenant);
  const texts = saved ? { text: saved.text, folded: fold(saved.text) } : {};
  return { tenant, id, deleted: saved === null, ...texts, ...placeOf(partition, message) };
}

/** A row of menu_items. @throws ContractError when the message is none of menu.items */
export function toItemRow(_topic: string, partition: number, message: KafkaMessage): object {
  const { id, saved } = parseItemMessage(message.value?.toString() ?? null);
  const texts = saved ? { ...saved, folded: fold(`${saved.name}\n${saved.description ?? ''}`) } : {};
  return {
    ...{ tenant: tenantOf(message.headers), id, deleted: saved === null },
    ...texts,
    ...placeOf(partition, message),
  };
}

/** A row of menu_matches. @throws ContractError when the message is none of menu.matches */
export function toMatchRow(_topic: string, partition: number, message: KafkaMessage): object {
  const { term, item, part, kind, score, found, start, end, ...match } = parseMatch(message.value?.toString() ?? null);
  return {
    ...{ tenant: tenantOf(message.headers), term, item, part, term_offset: match.termOffset },
    ...{ item_at: match.itemAt, item_partition: match.itemPartition, item_offset: match.itemOffset },
    ...{ kind, score, found, start, end, ...placeOf(partition, message) },
  };
}

function placeOf(partition: number, { offset, timestamp }: KafkaMessage): object {
  return { at: Number(timestamp), partition, offset };
}
