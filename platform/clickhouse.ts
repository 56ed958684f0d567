import {
  type ClickHouseClient,
  ClickHouseError,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from '@clickhouse/client';
import type { Settings } from './config.ts';
import { messageOf, TributaryError } from './errors.ts';
import { splitLong } from './longParameters.ts';
import { operationSignal } from './operationSignal.ts';
import { statement } from './statement.ts';

/**
 * A client of the ClickHouse database that holds the log and the typed tables.
 * @param patienceSeconds how long a statement may take
 */
export function openClickHouse(
  settings: Pick<Settings, 'CLICKHOUSE_URL' | 'CLICKHOUSE_USER' | 'CLICKHOUSE_PASSWORD' | 'CLICKHOUSE_DATABASE'> &
    Partial<Pick<Settings, 'CLICKHOUSE_CLUSTER'>>,
  patienceSeconds = 60,
): ClickHouseClient {
  return createClient({
    url: settings.CLICKHOUSE_URL,
    database: settings.CLICKHOUSE_DATABASE,
    ...(settings.CLICKHOUSE_USER ? { username: settings.CLICKHOUSE_USER, password: settings.CLICKHOUSE_PASSWORD } : {}),
    application: 'tributary',
    log: { level: ClickHouseLogLevel.OFF }, // what fails is thrown, and logged by whoever catches it
    request_timeout: patienceSeconds * 1_000,
    use_multipart_params_auto: true, // a URL may hold a megabyte at most, and proxies take less
    clickhouse_settings: {
      async_insert: 0,
      max_execution_time: patienceSeconds,
      date_time_input_format: 'best_effort',
      ...(settings.CLICKHOUSE_CLUSTER ? inCluster : {}),
    },
  });
}

/**
 * A cluster keeps what one server keeps: an insert that is acknowledged is not lost, and whoever asks then sees it. A
 * position of the log that is read from a replica which lags would look like a hole in the log.
 */
export const inCluster: ClickHouseSettings = {
  // Acknowledged is what most replicas of its shard hold; and a replica that lacks any of that does not answer.
  distributed_foreground_insert: 1,
  insert_quorum: 'auto',
  insert_quorum_parallel: 0,
  select_sequential_consistency: '1',
  // So all ask and write the same replica while it is there, and the others need not refuse.
  load_balancing: 'in_order',
  prefer_localhost_replica: 0,
  // What is asked within a question, or joined, may be on other shards.
  distributed_product_mode: 'global',
  // The shard of a partition of the log is known.
  optimize_skip_unused_shards: 1,
};

/** Longest a question may take, in seconds; the server ends it then. */
const readSeconds = 10;

/** The typed tables in ClickHouse, for asking. */
export class Tables {
  readonly #clickhouse: ClickHouseClient;
  /** Called with every statement; tests count round trips with it. */
  onStatement: ((sql: string) => void) | undefined;

  constructor(clickhouse: ClickHouseClient) {
    this.#clickhouse = clickhouse;
  }

  /**
   * The rows of a statement, which ends on the server when the signal is given: by default that of the operation it is
   * asked for.
   * @throws TributaryError STORE_UNAVAILABLE when ClickHouse does not answer, COST_LIMIT when it is asked too much,
   *   BAD_USER_INPUT when it does not take a text of this length.
   */
  async read<Row>(
    query: string,
    parameters: Record<string, unknown>,
    signal: AbortSignal | undefined = operationSignal(),
  ): Promise<Row[]> {
    signal?.throwIfAborted();
    this.onStatement?.(query);
    return statement('clickhouse', query, () => this.#read(query, parameters, signal));
  }

  async #read<Row>(query: string, parameters: Record<string, unknown>, signal?: AbortSignal): Promise<Row[]> {
    try {
      const split = splitLong(query, parameters);
      const result = await this.#clickhouse.query({
        query: split.query,
        query_params: split.parameters,
        format: 'JSONEachRow',
        ...(signal ? { abort_signal: signal } : {}),
        clickhouse_settings: {
          max_execution_time: readSeconds,
          // Both are needed for a query to end on the server when the reader goes away.
          cancel_http_readonly_queries_on_client_close: 1,
          readonly: '2',
        },
      });
      return await result.json<Row>();
    } catch (cause) {
      signal?.throwIfAborted();
      throw readable(cause);
    }
  }
}

const tooCostly = new Set(['TIMEOUT_EXCEEDED', 'TOO_SLOW', 'MEMORY_LIMIT_EXCEEDED']);
/** Before ingest has run for the first time. */
const notMadeYet = new Set(['UNKNOWN_DATABASE', 'UNKNOWN_TABLE']);

/** What the HTTP server before ClickHouse says; such errors have no type. */
const tooLong = /Field value too long|URI invalid or too long/;

/** The error as a client may see it: never with the statement, which the server's own text holds. */
function readable(cause: unknown): Error {
  const type = cause instanceof ClickHouseError ? (cause.type ?? '') : undefined;
  if (type === undefined && tooLong.test(messageOf(cause)))
    return new TributaryError(
      'BAD_USER_INPUT',
      'An argument is longer than the tables (ClickHouse) take, which is 128 KiB as a rule. Give a shorter one.',
      {},
      { cause },
    );
  if (type === undefined || notMadeYet.has(type))
    return new TributaryError(
      'STORE_UNAVAILABLE',
      'The tables (ClickHouse) do not answer. Try again later.',
      {},
      { cause },
    );
  if (tooCostly.has(type))
    return new TributaryError(
      'COST_LIMIT',
      `The answer takes more than ${readSeconds} s, or too much memory. Ask about a shorter time, or filter more.`,
      {},
      { cause },
    );
  return new Error(`the tables refused a query: ${messageOf(cause)}`, { cause });
}

/** Names of errors, https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp. */
const aboutRows =
  /^(CANNOT_(PARSE|READ|CONVERT|INSERT_NULL)_|INCORRECT_DATA|ARGUMENT_OUT_OF_BOUND|VALUE_IS_OUT_OF_RANGE|TYPE_MISMATCH|TOO_LARGE_STRING_SIZE|DECIMAL_OVERFLOW|UNEXPECTED_END_OF_FILE)/;

/** Whether an error of an insert says that the table cannot take the rows, so that trying again cannot help. */
export function refusesRows(error: unknown): boolean {
  return error instanceof ClickHouseError && aboutRows.test(error.type ?? '');
}

/** Whether an error says that a table is not there. */
export function isUnknownTable(error: unknown): boolean {
  return error instanceof ClickHouseError && error.type === 'UNKNOWN_TABLE';
}
