import { setTimeout as delay } from 'node:timers/promises';
import { type Admin, Kafka, type SASLOptions } from 'kafkajs';
import { brokersOf, type Settings } from './config.ts';
import { kafkaLogCreator, type Logger } from './log.ts';

/**
 * A client of the brokers; `role` is what the brokers' own logs and metrics call it.
 * @param patienceMs for who would rather be told soon that they do not answer: how long they may take
 */
export function openKafka(settings: Settings, role: string, log: Logger, patienceMs?: number): Kafka {
  return new Kafka({
    clientId: `${settings.KAFKA_PREFIX}tributary-${role}`,
    brokers: brokersOf(settings),
    ssl: settings.KAFKA_SSL,
    ...(settings.KAFKA_USER ? { sasl: sasl(settings) } : {}),
    connectionTimeout: patienceMs ?? 5_000,
    ...(patienceMs === undefined ? {} : { requestTimeout: patienceMs }),
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: patienceMs === undefined ? 8 : 1 },
    logCreator: kafkaLogCreator(log),
  });
}

/** Asks the brokers over a connection of its own. */
export function askBrokers<T>(kafka: Kafka, question: (admin: Admin) => Promise<T>): Promise<T> {
  return whileLeadersChange(async () => {
    const admin = kafka.admin();
    try {
      await admin.connect();
      return await question(admin);
    } finally {
      await admin.disconnect().catch(() => {});
    }
  });
}

const mostAttempts = 6;

/**
 * Asks again what failed because a partition has changed its broker, or is too new to have one. An admin client learns
 * of that when it connects, and otherwise after minutes.
 */
export async function whileLeadersChange<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!isOfOldLeader(error) || attempt === mostAttempts) throw error;
    }
    await delay(50 * 2 ** attempt);
  }
}

/** Whether asking again over a new connection may help. */
export function isOfOldLeader(error: unknown): boolean {
  const { name, retriable } = error as { name?: string; retriable?: boolean };
  return retriable === true && (name === 'KafkaJSProtocolError' || name === 'KafkaJSConnectionClosedError');
}

function sasl(settings: Settings): SASLOptions {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_USER: username, KAFKA_PASSWORD: password } = settings;
  return { mechanism, username, password } as SASLOptions;
}
