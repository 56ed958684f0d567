import type { ClickHouseClient } from '@clickhouse/client';
import type { KafkaMessage } from 'kafkajs';
import { refusesRows } from '../../platform/clickhouse.ts';
import type { Publisher } from '../../platform/publish.ts';
import { Secret } from '../../platform/secret.ts';
import { adapterOf } from '../../schema/air/adapters.ts';
import type { Payload } from '../../schema/air/payload.ts';
import { type FeedFetch, parseResultMessage } from '../../schema/air/result.ts';
import { stationId } from '../../schema/air/station.ts';
import { airFeedsTable, airReadingsTable, airRunsTable, airStationsTable } from '../../schema/air/tables.ts';
import { ContractError } from '../../schema/contract.ts';
import { tenantOf } from '../../schema/tenant.ts';
import { viewGroup } from '../../schema/topics.ts';
import { type DeadLetter, sendDeadLetters } from '../deadLetters.ts';
import { gatheredInserts, type TableDefinition } from '../tables.ts';
import type { Batch, View } from '../view.ts';
import { outcomeOfBody } from './outcome.ts';
import { toFeedRow, toReadingRow, toRunRow } from './rows.ts';
import type { RawResponses } from './store.ts';

export const airTables = [
  { table: 'air_readings', shardBy: ['tenant', 'station'], create: airReadingsTable },
  { table: 'air_stations', shardBy: ['tenant', 'station'], create: airStationsTable },
  { table: 'air_runs', shardBy: ['tenant', 'feed'], create: airRunsTable },
  { table: 'air_feeds', shardBy: ['tenant', 'id'], create: airFeedsTable },
] as const satisfies TableDefinition[];

type AirTable = (typeof airTables)[number]['table'];
type Rows = Partial<Record<AirTable, object>>;

/** Raw responses that are read at the same time, of one partition: each may be as large as an answer may be. */
const readAtOnce = 16;

/**
 * The view that keeps feeds, runs, stations and their points in ClickHouse up to date. What a response says is read
 * here, by the present parser, and not taken from the message; so the table can always be made of the responses again.
 */
export function airView(clickhouse: ClickHouseClient, publisher: Publisher, responses: RawResponses): View {
  const insert = gatheredInserts(clickhouse, airTables);
  return {
    group: viewGroup('air'),
    topics: ['air.feeds', 'air.results'],
    batchSize: 10_000,
    concurrency: 16,
    async write(batch) {
      const { rows, letters } = await read(batch, responses);
      await Promise.all(
        airTables.map(({ table }) => {
          const ofTable = rows.flatMap((each) => each[table] ?? []);
          return ofTable.length === 0 ? undefined : insert(table, ofTable);
        }),
      );
      // Last, or whatever makes the batch be written again would send them again.
      await sendDeadLetters(publisher, letters);
    },
    isTransient: (error) => !refusesRows(error),
    refuse: (topic, partition, message, reason) => sendDeadLetters(publisher, [{ topic, partition, message, reason }]),
  };
}

async function read({ topic, partition, messages }: Batch, responses: RawResponses) {
  const rows: Rows[] = [];
  const letters: DeadLetter[] = [];
  const readOne = async (message: KafkaMessage): Promise<Rows> => {
    try {
      return topic === 'air.feeds' ? { air_feeds: toFeedRow(message) } : await resultRows(message, responses);
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      letters.push({ topic, partition, message, reason: error.message });
      return {};
    }
  };
  for (let start = 0; start < messages.length; start += readAtOnce)
    rows.push(...(await Promise.all(messages.slice(start, start + readAtOnce).map(readOne))));
  return { rows, letters };
}

async function resultRows(message: KafkaMessage, responses: RawResponses): Promise<Rows> {
  const tenant = tenantOf(message.headers);
  const change = parseResultMessage(message.value?.toString() ?? null);
  switch (change.kind) {
    case 'WORKER_AVAILABLE':
      return {};
    case 'RESULT': {
      const { timestamp: _, ...result } = change.result;
      const hasPoint = result.outcome === 'STORED' || result.outcome === 'UNCHANGED';
      const parsed = hasPoint
        ? await parseAgain(tenant, { ...result, payload: result.payload! }, responses)
        : undefined;
      return { air_runs: toRunRow(tenant, result, message), ...parsed?.rows };
    }
    case 'REPARSE': {
      const { fetch } = change;
      const had = fetch.outcome === 'STORED' || fetch.outcome === 'UNCHANGED';
      const { outcome, point, parser, rows } = await parseAgain(tenant, fetch, responses);
      // What had no point and has none now stays as its worker has told it, who knew which words to hide.
      if (!point && !had) return {};
      const run = {
        ...{ ...fetch, parser, outcome: point && had ? fetch.outcome : outcome },
        ...{ station: point && stationId(point), time: point?.time ?? null },
        message: point ? null : `version ${parser} of the parser finds no point in the response`,
      };
      return { air_runs: toRunRow(tenant, run, message), ...rows };
    }
  }
}

/**
 * What the present parser makes of a stored response.
 * @throws ContractError when it is not there, and what the store throws when it is away
 */
async function parseAgain(tenant: string, fetch: FeedFetch & { payload: Payload }, responses: RawResponses) {
  const adapter = adapterOf(fetch.adapter);
  const body = await responses.get(tenant, fetch.payload.filename);
  if (!body) throw new ContractError(`the response ${fetch.payload.filename} is not in the object store`);
  const asked = { adapter, query: fetch.query, secret: new Secret('') };
  const { outcome, point } = outcomeOfBody(body, asked, fetch.ended, null);
  const parser = adapter.version;
  const row = point && toReadingRow(tenant, point, fetch, parser);
  const rows: Rows = row ? { air_readings: row, air_stations: row } : {};
  return { outcome, point, parser, rows };
}
