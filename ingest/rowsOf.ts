import type { KafkaMessage } from 'kafkajs';
import { ContractError } from '../schema/contract.ts';
import type { DeadLetter } from './deadLetters.ts';
import type { Batch } from './view.ts';

/** The messages of a batch as rows, and those that break their contract, with the reason. */
export function rowsOf<Row>(
  { topic, partition, messages }: Batch,
  toRow: (topic: string, partition: number, message: KafkaMessage) => Row,
): { rows: Row[]; letters: DeadLetter[] } {
  const rows: Row[] = [];
  const letters: DeadLetter[] = [];
  for (const message of messages)
    try {
      rows.push(toRow(topic, partition, message));
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      letters.push({ topic, partition, message, reason: error.message });
    }
  return { rows, letters };
}
