import type { ClickHouseClient } from '@clickhouse/client';
import { refusesRows } from '../../platform/clickhouse.ts';
import type { Publisher } from '../../platform/publish.ts';
import { viewGroup } from '../../schema/topics.ts';
import { type DeadLetter, sendDeadLetters } from '../deadLetters.ts';
import { Gathered } from '../gathered.ts';
import { rowsOf } from '../rowsOf.ts';
import type { View } from '../view.ts';
import { toWikiRow, type WikiRow } from './rows.ts';
import { insertLive } from './tables.ts';

/** Where a view of edits puts what it makes of messages; both may get the same again. */
export interface WikiOutlets {
  insert(rows: WikiRow[]): Promise<void>;
  send(letters: DeadLetter[]): Promise<void>;
}

/** The view that keeps the edits of wikis in ClickHouse up to date. */
export function wikiView(clickhouse: ClickHouseClient, publisher: Publisher): View {
  const insert = (rows: WikiRow[]) => insertLive(clickhouse, rows);
  const inserts = new Gathered(insert);
  return viewOfEdits({
    insert: (rows) =>
      inserts.add(rows).catch((error) => {
        if (!refusesRows(error)) throw error;
        return insert(rows); // the row that is refused may be of another partition
      }),
    send: (letters) => sendDeadLetters(publisher, letters),
  });
}

/**
 * The messages of wiki.edits as rows. Offsets are committed after the insert is acknowledged, and rows are identified
 * by their event, so whatever is written again replaces itself.
 */
export function viewOfEdits({ insert, send }: WikiOutlets): View {
  return {
    group: viewGroup('wiki'),
    topics: ['wiki.edits'],
    batchSize: 10_000,
    concurrency: 16,
    async write(batch) {
      const { rows, letters } = rowsOf(batch, toWikiRow);
      if (rows.length > 0) await insert(rows);
      // Last, or whatever makes the batch be written again would send them again.
      if (letters.length > 0) await send(letters);
    },
    isTransient: (error) => !refusesRows(error),
    refuse: (topic, partition, message, reason) => send([{ topic, partition, message, reason }]),
  };
}
