import { setTimeout as delay } from 'node:timers/promises';
import { AvroError, type AvroReader, avroReader } from './avro.ts';
import { messageOf } from './errors.ts';
import type { Logger } from './log.ts';
import { type RegisteredSchema, type RegistrySettings, SchemaRegistry } from './schemaRegistry.ts';

/** What becomes of a message whose value is Avro: the value is JSON then, unless there is a fault. */
export interface Unframed {
  /** The value as it came. */
  framed?: Buffer;
  /** Why it could not be read; the value is as it came. */
  fault?: string;
}

/** Schemas whose readers are kept. */
const mostReaders = 10_000;
/** Schemas that are asked for at the same time. */
const askedAtOnce = 8;
/** Registries count schemas in 32 bits with a sign; of more, some say that it is no id, and not that there is none. */
const greatestId = 2 ** 31 - 1;
/** How long the registry is not asked again for a schema that it does not have, in milliseconds. */
const unknownMs = 10_000;
const retryDelaysMs = [100, 250, 500, 1_000, 2_000];

/** Byte 0, then the id of the schema in four bytes, then Avro. No JSON begins with byte 0. */
const headLength = 5;

/**
 * The values of messages. One that is framed as Confluent's serialisers do it becomes JSON, by the schema with which it
 * was written: the contracts are about JSON, and take what is missing for null, so a schema of ours to read it by could
 * only drop what the producer says more. Every other value stays as it is.
 */
export class Values {
  readonly #registry: SchemaRegistry | undefined;
  readonly #readers = new Map<number, { reader: Promise<AvroReader>; until: number }>();

  constructor(settings: RegistrySettings) {
    if (settings.SCHEMA_REGISTRY_URL) this.#registry = new SchemaRegistry(settings);
  }

  /** @throws TributaryError STORE_UNAVAILABLE when a schema is needed and the registry does not answer */
  async unframe<M extends { value: Buffer | null }>(messages: M[]): Promise<(M & Unframed)[]> {
    const ids = new Set<number>();
    for (const { value } of messages) if (isFramed(value)) ids.add(idOf(value));
    if (ids.size === 0) return messages;
    const readers = new Map<number, AvroReader>();
    const wanted = ids.values();
    const ask = async () => {
      for (const id of wanted) readers.set(id, await this.#reader(id));
    };
    await Promise.all(Array.from({ length: askedAtOnce }, ask));
    return messages.map((message) => {
      const { value } = message;
      if (!isFramed(value)) return message;
      const id = idOf(value);
      try {
        return { ...message, value: Buffer.from(readers.get(id)!(value.subarray(headLength))), framed: value };
      } catch (error) {
        if (!(error instanceof AvroError)) throw error;
        return { ...message, fault: `Avro of schema ${id} that cannot be read: ${error.message}` };
      }
    });
  }

  /** As `unframe`, however long the registry is away. @param waiting called now and then meanwhile */
  async unframeInTime<M extends { value: Buffer | null }>(
    messages: M[],
    stopped: AbortSignal,
    log: Logger,
    waiting?: () => Promise<unknown>,
  ): Promise<(M & Unframed)[]> {
    for (let attempt = 0; ; attempt++)
      try {
        return await this.unframe(messages);
      } catch (error) {
        stopped.throwIfAborted();
        const reason = messageOf((error as Error).cause ?? error);
        log.warn({ attempt, reason }, 'the schema registry is away; trying again');
        const pause = retryDelaysMs[Math.min(attempt, retryDelaysMs.length - 1)];
        await delay(pause, undefined, { signal: stopped });
        await waiting?.();
      }
  }

  /** A reader is kept as long as its schema, for ever; what is unknown may be known soon. */
  #reader(id: number): Promise<AvroReader> {
    const known = this.#readers.get(id);
    if (known && performance.now() < known.until) return known.reader;
    const load = async () => {
      const found = id <= greatestId ? await this.#registry?.schema(id) : undefined;
      if (found) return this.#compile(found);
      kept.until = performance.now() + unknownMs;
      return refusing(this.#registry ? 'the registry has no such schema' : 'SCHEMA_REGISTRY_URL is not set');
    };
    const kept = { reader: Promise.resolve().then(load), until: Number.POSITIVE_INFINITY };
    kept.reader.catch(() => this.#readers.delete(id));
    this.#readers.delete(id);
    this.#readers.set(id, kept);
    if (this.#readers.size > mostReaders) this.#readers.delete(this.#readers.keys().next().value!);
    return kept.reader;
  }

  async #compile(found: RegisteredSchema): Promise<AvroReader> {
    try {
      const references = new Map<string, unknown>();
      await this.#gather(found, references);
      return avroReader(parse(found), [...references.values()]);
    } catch (error) {
      if (!(error instanceof AvroError)) throw error;
      return refusing(error.message);
    }
  }

  /** What a schema refers to, each after what it refers to itself. */
  async #gather({ references = [] }: RegisteredSchema, into: Map<string, unknown>): Promise<void> {
    for (const { subject, version } of references) {
      const name = `${subject}/${version}`;
      if (into.has(name)) continue;
      const found = await this.#registry!.version(subject, version);
      if (!found) throw new AvroError(`the registry has no version ${version} of ${subject}, to which it refers`);
      await this.#gather(found, into);
      into.set(name, parse(found));
    }
  }
}

function parse({ schema, schemaType = 'AVRO' }: RegisteredSchema): unknown {
  if (schemaType !== 'AVRO') throw new AvroError(`its schema is of type ${schemaType}`);
  try {
    return JSON.parse(schema);
  } catch {
    return schema; // the name of a type, which some registries give without quotes
  }
}

function refusing(reason: string): AvroReader {
  return () => {
    throw new AvroError(reason);
  };
}

function isFramed(value: Buffer | null): value is Buffer {
  return value?.[0] === 0;
}

/** Of a value too short for an id, an id that no schema has. */
function idOf(value: Buffer): number {
  return value.length < headLength ? 0 : value.readUInt32BE(1);
}
