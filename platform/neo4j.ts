import neo4j, { type Driver, type ManagedTransaction, type RecordShape } from 'neo4j-driver';
import type { Settings } from './config.ts';
import { TributaryError } from './errors.ts';
import { operationSignal } from './operationSignal.ts';
import { statement } from './statement.ts';

/** How much later than a reading statement should have ended a server that sends no word counts as away, in milliseconds. */
const patienceMs = 2_000;

/**
 * The Neo4j graph of this installation: short reads, and writes that are tried again when the server says
 * that trying again helps. Whole numbers come back as JavaScript numbers.
 */
export class Graph {
  readonly #driver: Driver;
  readonly #readMs: number;
  readonly #isRouted: boolean;
  #written = '';
  #after: string[] = [];
  /** Called with every reading statement; tests count round trips with it. */
  onStatement: ((cypher: string) => void) | undefined;

  /** @param readMs longest a reading statement may take, in milliseconds; the server ends it then */
  constructor(settings: Pick<Settings, 'NEO4J_URI' | 'NEO4J_USER' | 'NEO4J_PASSWORD'>, readMs = 10_000) {
    this.#readMs = readMs;
    this.#isRouted = settings.NEO4J_URI.startsWith('neo4j');
    const auth = settings.NEO4J_USER ? neo4j.auth.basic(settings.NEO4J_USER, settings.NEO4J_PASSWORD) : undefined;
    this.#driver = neo4j.driver(settings.NEO4J_URI, auth, {
      disableLosslessIntegers: true,
      connectionTimeout: 5_000,
      connectionAcquisitionTimeout: 10_000,
      maxTransactionRetryTime: 3_000,
    });
  }

  /**
   * The bookmark of the last write of this process. Behind a neo4j:// address another server may be asked than the one
   * that has written; whoever asks after this bookmark is answered by one that has come as far. Empty behind bolt://,
   * where there is but one.
   */
  get written(): string {
    return this.#written;
  }

  /** From now on questions see what was written before these bookmarks. */
  after(bookmarks: string[]): void {
    if (this.#isRouted) this.#after = bookmarks.filter((bookmark) => bookmark !== '');
  }

  /**
   * The rows of a reading statement, which ends on the server when nobody waits for its operation any more; whole numbers
   * among the parameters go in as integers.
   * @throws TributaryError STORE_UNAVAILABLE when Neo4j does not answer, COST_LIMIT when it is asked too much
   */
  async read<Row extends RecordShape>(cypher: string, parameters: Record<string, unknown> = {}): Promise<Row[]> {
    const signal = operationSignal();
    signal?.throwIfAborted();
    this.onStatement?.(cypher);
    return statement('neo4j', cypher, () => this.#read(cypher, parameters, signal));
  }

  async #read<Row extends RecordShape>(
    cypher: string,
    parameters: Record<string, unknown>,
    signal: AbortSignal | undefined,
  ): Promise<Row[]> {
    const session = this.#driver.session({ defaultAccessMode: neo4j.session.READ, bookmarks: this.#after });
    const answer = session.run<Row>(cypher, integers(parameters), { timeout: this.#readMs });
    const { promise: silence, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(away('no answer in time')), this.#readMs + patienceMs);
    const giveUp = () => reject(signal!.reason);
    signal?.addEventListener('abort', giveUp);
    try {
      const result = await Promise.race([answer, silence]);
      return result.records.map((record) => record.toObject());
    } catch (cause) {
      signal?.throwIfAborted();
      throw readable(cause);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      // This ends what still runs. It is not waited for: a server that hangs would not answer it either.
      session.close().catch(() => {});
    }
  }

  /** Does the work in one transaction; it may be called more than once, so it must only touch the transaction. */
  async write<T>(work: (transaction: ManagedTransaction) => Promise<T>): Promise<T> {
    const session = this.#driver.session();
    try {
      const result = await statement('neo4j', 'a transaction that writes', () => session.executeWrite(work));
      if (this.#isRouted) this.#written = session.lastBookmarks()[0] ?? '';
      return result;
    } finally {
      await session.close();
    }
  }

  /** Runs one statement outside a managed transaction, as `CALL … IN TRANSACTIONS` must be. */
  async command(cypher: string, parameters: Record<string, unknown> = {}): Promise<void> {
    const session = this.#driver.session();
    try {
      await session.run(cypher, parameters);
    } finally {
      await session.close();
    }
  }

  async ping(): Promise<void> {
    await this.#driver.verifyConnectivity();
  }

  async close(): Promise<void> {
    await this.#driver.close();
  }
}

const passing = new Set<string>([
  neo4j.error.SERVICE_UNAVAILABLE,
  neo4j.error.SESSION_EXPIRED,
  // what was matched has been deleted meanwhile
  'Neo.ClientError.Statement.EntityNotFound',
  // two transactions created the same node at once
  'Neo.ClientError.Schema.ConstraintValidationFailed',
]);

/**
 * Whether an error means that the server is away or busy, or that another transaction was in the way, so that trying
 * again can help.
 */
export function isTransient(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? '';
  return neo4j.isRetryableError(error as Error) || passing.has(code) || notTheDatasFault.test(code);
}

/** No connection in time (the driver's N/A), sign-in, a database that is read-only or out of order. */
const notTheDatasFault =
  /^(N\/A$|Neo\.ClientError\.(Security|General|Database|Cluster)\.|Neo\.DatabaseError\.(General|Database)\.)/;

function readable(cause: unknown): unknown {
  const code = (cause as { code?: string }).code ?? '';
  if (tooCostly.test(code))
    return new TributaryError('COST_LIMIT', 'The answer takes too much time or memory. Ask for less.', {}, { cause });
  return isTransient(cause) ? away(cause) : cause;
}

/** A statement that was ended for its time or its memory. */
const tooCostly =
  /^Neo\.(ClientError\.Transaction\.TransactionTimedOut|TransientError\.General\.(MemoryPoolOutOfMemory|TransactionMemoryLimit|OutOfMemory))/;

function away(cause: unknown): TributaryError {
  return new TributaryError(
    'STORE_UNAVAILABLE',
    'The people graph (Neo4j) does not answer. Try again later.',
    {},
    { cause },
  );
}

/** The driver sends a JavaScript number as a float, which LIMIT, for one, does not take. */
function integers(parameters: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, integer(value)]));
}

function integer(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(integer);
  if (value !== null && typeof value === 'object') return integers(value as Record<string, unknown>);
  return Number.isSafeInteger(value) ? neo4j.int(value as number) : value;
}
