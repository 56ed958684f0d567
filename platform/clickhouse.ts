import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { Settings } from './config.ts';

/** A client of the ClickHouse database that holds the log and the typed tables. */
export function openClickHouse(
  settings: Pick<Settings, 'CLICKHOUSE_URL' | 'CLICKHOUSE_USER' | 'CLICKHOUSE_PASSWORD' | 'CLICKHOUSE_DATABASE'>,
): ClickHouseClient {
  return createClient({
    url: settings.CLICKHOUSE_URL,
    database: settings.CLICKHOUSE_DATABASE,
    ...(settings.CLICKHOUSE_USER ? { username: settings.CLICKHOUSE_USER, password: settings.CLICKHOUSE_PASSWORD } : {}),
    application: 'tributary',
    log: { level: ClickHouseLogLevel.OFF }, // what fails is thrown, and logged by whoever catches it
    request_timeout: 60_000,
    clickhouse_settings: { async_insert: 0, max_execution_time: 60, date_time_input_format: 'best_effort' },
  });
}
