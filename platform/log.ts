import { logLevel } from 'kafkajs';
import { pino } from 'pino';

export type Logger = pino.Logger;

/** A logger of one role (gateway, ingest, …): JSON lines on standard output. */
export function createLogger(role: string, level: string): Logger {
  return pino({ level, base: { role }, timestamp: pino.stdTimeFunctions.isoTime });
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
