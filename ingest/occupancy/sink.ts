import type { ClickHouseClient } from '@clickhouse/client';
import type { KafkaMessage } from 'kafkajs';
import { refusesRows } from '../../platform/clickhouse.ts';
import type { Publisher } from '../../platform/publish.ts';
import { viewGroup } from '../../schema/topics.ts';
import { type DeadLetter, sendDeadLetters } from '../deadLetters.ts';
import { Gathered } from '../gathered.ts';
import { rowsOf } from '../rowsOf.ts';
import type { Batch, View } from '../view.ts';
import { toReadingRow, toTopologyRow } from './rows.ts';

/**
 * The view that keeps topology and readings in ClickHouse up to date. Offsets are committed after the insert is
 * acknowledged, and rows are identified by what they say or by their place, so whatever is written again replaces
 * itself.
 */
export function occupancyView(clickhouse: ClickHouseClient, publisher: Publisher): View {
  const writers: Record<string, (batch: Batch) => Promise<DeadLetter[]>> = {
    'occupancy.topology': writer(clickhouse, 'occupancy_topology', toTopologyRow),
    'occupancy.readings': writer(clickhouse, 'occupancy_readings', toReadingRow),
  };
  return {
    group: viewGroup('occupancy'),
    topics: Object.keys(writers),
    batchSize: 10_000,
    concurrency: 16,
    async write(batch) {
      const letters = await writers[batch.topic]!(batch);
      // Last, or whatever makes the batch be written again would send them again.
      await sendDeadLetters(publisher, letters);
    },
    isTransient: (error) => !refusesRows(error),
    refuse: (topic, partition, message, reason) => sendDeadLetters(publisher, [{ topic, partition, message, reason }]),
  };
}

/** What writes the messages of a topic into a table, and gives back those that break their contract. */
function writer<Row>(
  clickhouse: ClickHouseClient,
  table: string,
  toRow: (topic: string, partition: number, message: KafkaMessage) => Row,
) {
  const insert = async (values: Row[]) => {
    await clickhouse.insert({ table, values, format: 'JSONEachRow' });
  };
  const inserts = new Gathered(insert);
  return async (batch: Batch): Promise<DeadLetter[]> => {
    const { rows, letters } = rowsOf(batch, toRow);
    if (rows.length > 0)
      await inserts.add(rows).catch((error) => {
        if (!refusesRows(error)) throw error;
        return insert(rows); // the row that is refused may be of another partition
      });
    return letters;
  };
}
