import { logLevel } from 'kafkajs';
import { type DestinationStream, pino } from 'pino';
import { messageOf } from './errors.ts';
import { requestId } from './request.ts';
import { withoutSecrets } from './secrets.ts';
import { traceId } from './trace.ts';

export type Logger = pino.Logger;

/**
 * A logger of one role (gateway, ingest, …): JSON lines on standard output, each with the request and the trace that it
 * is about, if any.
 * @param secrets texts that no line may hold, see `secretsOf`
 */
export function createLogger(
  role: string,
  level: string,
  secrets: readonly string[] = [],
  to: DestinationStream = pino.destination(1),
): Logger {
  return pino(
    {
      ...{ level, base: { role }, timestamp: pino.stdTimeFunctions.isoTime },
      mixin: () => ({ request: requestId(), trace: traceId() }),
      serializers: { err: told, error: told },
      hooks: { streamWrite: (line) => withoutSecrets(line, secrets) },
    },
    to,
  );
}

/** An error without what libraries hang on it: a GraphQL error has the operation with it, and a driver's its address. */
function told(error: unknown): unknown {
  if (!(error instanceof Error)) return messageOf(error);
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  return { type: name, message, code, stack, ...(cause === undefined ? {} : { cause: told(cause) }) };
}

const kafkaLevels = {
  [logLevel.NOTHING]: 'trace',
  [logLevel.ERROR]: 'warn',
  [logLevel.WARN]: 'debug',
  [logLevel.INFO]: 'debug',
  [logLevel.DEBUG]: 'trace',
} as const;

/** kafkajs retries by itself, so what it calls an error is at most a warning here. */
export const kafkaLogCreator =
  (log: Logger) =>
  () =>
  ({
    level,
    namespace,
    log: { message, error },
  }: {
    level: logLevel;
    namespace: string;
    log: { message: string; error?: unknown };
  }) =>
    log[kafkaLevels[level]]({ kafka: namespace, error }, message);
