import type { Settings } from '../platform/config.ts';

/**
 * The addresses of the servers for a command that does not start them: what the settings say, else where `tributary
 * up` starts them by default.
 */
export function withServers(settings: Settings): Settings {
  return {
    ...settings,
    KAFKA_BROKERS: settings.KAFKA_BROKERS || `127.0.0.1:${settings.KAFKA_PORT}`,
    NEO4J_URI: settings.NEO4J_URI || `bolt://127.0.0.1:${settings.NEO4J_PORT}`,
    CLICKHOUSE_URL: settings.CLICKHOUSE_URL || `http://127.0.0.1:${settings.CLICKHOUSE_PORT}`,
  };
}
