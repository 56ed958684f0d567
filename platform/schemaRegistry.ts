import type { Settings } from './config.ts';
import { messageOf, TributaryError } from './errors.ts';

export type RegistrySettings = Pick<
  Settings,
  'SCHEMA_REGISTRY_URL' | 'SCHEMA_REGISTRY_USER' | 'SCHEMA_REGISTRY_PASSWORD'
>;

/** A schema as the registry has it. */
export interface RegisteredSchema {
  schema: string;
  /** Missing: AVRO. */
  schemaType?: string;
  /** Other schemas of which it uses the names. */
  references?: { name: string; subject: string; version: number }[];
}

/** Why the registry does not do what it was asked, which asking again would not change. */
export class RefusedByRegistry extends Error {
  override readonly name = 'RefusedByRegistry';
}

const patienceMs = 5_000;

/**
 * A schema registry that speaks Confluent's protocol
 * (https://docs.confluent.io/platform/current/schema-registry/develop/api.html), as Apicurio, Karapace and Redpanda do.
 * Its methods throw TributaryError STORE_UNAVAILABLE when it does not answer as one.
 */
export class SchemaRegistry {
  readonly #url: string;
  readonly #headers: Record<string, string>;

  constructor({
    SCHEMA_REGISTRY_URL: url,
    SCHEMA_REGISTRY_USER: user,
    SCHEMA_REGISTRY_PASSWORD: password,
  }: RegistrySettings) {
    this.#url = url.replace(/\/+$/, '');
    const credentials = Buffer.from(`${user}:${password}`).toString('base64');
    this.#headers = {
      'content-type': 'application/vnd.schemaregistry.v1+json',
      ...(user ? { authorization: `Basic ${credentials}` } : {}),
    };
  }

  /** The schema of an id, which is the same for ever; undefined: there is none. */
  schema(id: number): Promise<RegisteredSchema | undefined> {
    return this.#ask('GET', `/schemas/ids/${id}`);
  }

  /** A version of the schemas of a subject; undefined: there is none. */
  version(subject: string, version: number): Promise<RegisteredSchema | undefined> {
    return this.#ask('GET', `/subjects/${encodeURIComponent(subject)}/versions/${version}`);
  }

  /**
   * Makes a schema the latest of a subject; doing it again changes nothing. Of a subject that is new, later schemas must
   * be able to read what earlier ones have written; who wants another rule sets it in the registry.
   * @throws RefusedByRegistry, with what is incompatible
   */
  async register(subject: string, schema: object): Promise<void> {
    const path = encodeURIComponent(subject);
    const isNew = (await this.#ask('GET', `/subjects/${path}/versions`)) === undefined;
    await this.#ask('POST', `/subjects/${path}/versions`, { schema: JSON.stringify(schema) });
    if (isNew) await this.#ask('PUT', `/config/${path}`, { compatibility: 'BACKWARD' });
  }

  /** @returns undefined when there is no such thing */
  async #ask<Answer>(method: string, path: string, question?: object): Promise<Answer | undefined> {
    let response: Response;
    let answer: Answer & { message?: string };
    try {
      response = await fetch(this.#url + path, {
        method,
        headers: this.#headers,
        signal: AbortSignal.timeout(patienceMs),
        ...(question ? { body: JSON.stringify(question) } : {}),
      });
      answer = (await response.json()) as typeof answer;
    } catch (cause) {
      throw away(`${messageOf(cause)}${cause instanceof TypeError ? ` (${messageOf(cause.cause)})` : ''}`);
    }
    if (response.ok) return answer;
    if (response.status === 404) return undefined;
    const said = `${response.status}, ${answer.message ?? 'without a reason'}`;
    if (response.status === 409 || response.status === 422) throw new RefusedByRegistry(said);
    throw away(said);
  }
}

function away(reason: string): TributaryError {
  const cause = new Error(reason);
  return new TributaryError(
    'STORE_UNAVAILABLE',
    'The schema registry does not answer. Try again later.',
    {},
    { cause },
  );
}
