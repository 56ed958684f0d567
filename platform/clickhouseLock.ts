import { setTimeout as delay } from 'node:timers/promises';
import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client';

export interface Lock {
  /** Given when the server has ended the lock. */
  lost: AbortSignal;
  release(): void;
}

/** Never ends, and sends a row ever so often, which shows that both sides are there. */
const holdOn = 'SELECT sleepEachRow(0.25) FROM system.numbers';

/** How long the server may take to notice that a holder was killed, in milliseconds. */
const patienceMs = 1_500;
const retryMs = 100;

/**
 * A lock that ends with its holder, however that ends. ClickHouse runs one query of an id at a time, and stops a query
 * whose connection is gone: so the lock is a query that never ends.
 * @returns undefined when another process holds it
 */
export async function takeLock(clickhouse: ClickHouseClient, name: string): Promise<Lock | undefined> {
  const started = performance.now();
  for (;;)
    try {
      const rows = await clickhouse.query({
        query: holdOn,
        query_id: name,
        format: 'JSONCompactEachRow',
        clickhouse_settings: {
          max_block_size: '1',
          max_execution_time: 0,
          // Both are needed for a query to end on the server when its holder goes away.
          cancel_http_readonly_queries_on_client_close: 1,
          readonly: '2',
        },
      });
      const lost = new AbortController();
      const stream = rows
        .stream()
        .on('error', () => {})
        .resume();
      stream.on('close', () => lost.abort());
      return { lost: lost.signal, release: () => rows.close() };
    } catch (error) {
      if (!(error instanceof ClickHouseError && error.type === 'QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING')) throw error;
      if (performance.now() - started > patienceMs) return undefined;
      await delay(retryMs);
    }
}
