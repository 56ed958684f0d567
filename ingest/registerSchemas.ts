import type { Settings } from '../platform/config.ts';
import { messageOf, TributaryError } from '../platform/errors.ts';
import { RefusedByRegistry, SchemaRegistry } from '../platform/schemaRegistry.ts';
import { type AvroTopic, avroFile, avroSchemas } from '../schema/avro.ts';

/**
 * Registers the Avro schemas of our topics where producers look for them, under the names of the topics with -value
 * behind them. Doing it again changes nothing.
 * @throws Error when one is not compatible with what is registered there, or the registry does not answer
 */
export async function registerSchemas(settings: Settings): Promise<void> {
  if (!settings.SCHEMA_REGISTRY_URL) return;
  const registry = new SchemaRegistry(settings);
  for (const [topic, schema] of Object.entries(avroSchemas)) {
    const subject = `${settings.KAFKA_PREFIX}${topic}-value`;
    await registry.register(subject, schema).catch((error) => {
      throw new Error(reasonOf(error, topic as AvroTopic, subject), { cause: error });
    });
  }
}

function reasonOf(error: unknown, topic: AvroTopic, subject: string): string {
  if (error instanceof RefusedByRegistry)
    return `The schema registry refuses ${avroFile(topic)} as the latest schema of ${subject} (${error.message}). Producers that follow the one that is there would be misled, so nothing was started. See what it holds, and delete the subject or set its compatibility to NONE if nobody needs it.`;
  const cause = messageOf(error instanceof TributaryError ? error.cause : error);
  return `The schema registry at SCHEMA_REGISTRY_URL does not take ${subject}: ${cause}. Check its address, and SCHEMA_REGISTRY_USER and SCHEMA_REGISTRY_PASSWORD.`;
}
