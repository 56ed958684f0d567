import { Kafka, type SASLOptions } from 'kafkajs';
import { brokersOf, type Settings } from './config.ts';
import { kafkaLogCreator, type Logger } from './log.ts';

/** A client of the brokers; `role` is what the brokers' own logs and metrics call it. */
export function openKafka(settings: Settings, role: string, log: Logger): Kafka {
  return new Kafka({
    clientId: `${settings.KAFKA_PREFIX}tributary-${role}`,
    brokers: brokersOf(settings),
    ssl: settings.KAFKA_SSL,
    ...(settings.KAFKA_USER ? { sasl: sasl(settings) } : {}),
    connectionTimeout: 5_000,
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 8 },
    logCreator: kafkaLogCreator(log),
  });
}

function sasl(settings: Settings): SASLOptions {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_USER: username, KAFKA_PASSWORD: password } = settings;
  return { mechanism, username, password } as SASLOptions;
}
