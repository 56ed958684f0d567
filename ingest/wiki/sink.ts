import type { ClickHouseClient } from '@clickhouse/client';
import { refusesRows } from '../../platform/clickhouse.ts';
import type { Publisher } from '../../platform/publish.ts';
import { ContractError } from '../../schema/contract.ts';
import { viewGroup } from '../../schema/topics.ts';
import { type DeadLetter, sendDeadLetters } from '../deadLetters.ts';
import { Gathered } from '../gathered.ts';
import type { Batch, View } from '../view.ts';
import { toWikiRow, type WikiRow } from './rows.ts';

/**
 * The view that keeps the edits of wikis in ClickHouse. Offsets are committed after the insert is acknowledged, and
 * rows are identified by their event, so whatever is written again replaces itself.
 */
export function wikiView(clickhouse: ClickHouseClient, publisher: Publisher): View {
  const insert = (rows: WikiRow[]) => insertEdits(clickhouse, rows);
  const inserts = new Gathered(insert);
  return {
    group: viewGroup('wiki'),
    topics: ['wiki.edits'],
    batchSize: 10_000,
    concurrency: 16,
    async write(batch) {
      const { rows, letters } = read(batch);
      if (rows.length > 0)
        await inserts.add(rows).catch((error) => {
          if (!refusesRows(error)) throw error;
          return insert(rows); // the row that is refused may be of another partition
        });
      // Last, or whatever makes the batch be written again would send them again.
      await sendDeadLetters(publisher, letters);
    },
    isTransient: (error) => !refusesRows(error),
    refuse: (topic, partition, message, reason) => sendDeadLetters(publisher, [{ topic, partition, message, reason }]),
  };
}

async function insertEdits(clickhouse: ClickHouseClient, values: WikiRow[]): Promise<void> {
  await clickhouse.insert({
    table: 'wiki_edits',
    values,
    format: 'JSONEachRow',
    // Edits of a hundred months may come in one batch, where somebody plays old ones.
    clickhouse_settings: { max_partitions_per_insert_block: '0' },
  });
}

function read({ topic, partition, messages }: Batch): { rows: WikiRow[]; letters: DeadLetter[] } {
  const rows: WikiRow[] = [];
  const letters: DeadLetter[] = [];
  for (const message of messages)
    try {
      rows.push(toWikiRow(topic, partition, message));
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      letters.push({ topic, partition, message, reason: error.message });
    }
  return { rows, letters };
}
