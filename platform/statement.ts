import { statementSeconds } from './metrics.ts';
import { inSpan } from './trace.ts';

/** Runs a statement, measured and traced: by its text alone, because its parameters may be personal, or secret. */
export async function statement<T>(store: 'neo4j' | 'clickhouse', text: string, run: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  let outcome = 'error';
  try {
    const result = await inSpan(store, { 'db.system.name': store, 'db.query.text': text.trim() }, run);
    outcome = 'ok';
    return result;
  } finally {
    statementSeconds.observe({ store, outcome }, (performance.now() - begun) / 1_000);
  }
}
