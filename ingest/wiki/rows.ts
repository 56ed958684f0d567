import type { KafkaMessage } from 'kafkajs';
import { fold } from '../../schema/fold.ts';
import { parseWikiEdit, type WikiEdit } from '../../schema/wiki/edit.ts';

/** A row of wiki_edits, by the names of its columns. */
export interface WikiRow extends Omit<WikiEdit, 'oldLength' | 'newLength'> {
  old_length: number | null;
  new_length: number | null;
  folded: string;
  raw: string;
  partition: number;
  offset: string;
}

/** @throws ContractError when the message is not an event of a wiki. */
export function toWikiRow(topic: string, partition: number, { offset, value }: KafkaMessage): WikiRow {
  const raw = value?.toString() ?? null;
  const { oldLength, newLength, ...edit } = parseWikiEdit(raw, { topic, partition, offset });
  return {
    ...edit,
    folded: fold(edit.comment),
    old_length: oldLength,
    new_length: newLength,
    raw: raw!,
    partition,
    offset,
  };
}
