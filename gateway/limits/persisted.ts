import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { GraphQLError } from 'graphql';
import { messageOf } from '../../platform/errors.ts';
import { restDocuments } from '../rest/documents.ts';
import { type OperationLimits, refusal } from './limits.ts';
import type { Params } from './params.ts';

/** Texts that clients have sent with their hash, for all of them together. */
const mostTexts = 1_000;
const mostCharacters = 8 << 20;

/** Documents that are known by an id: those that the operator trusts, and those that clients have sent (APQ). */
export class PersistedDocuments {
  readonly #trusted: ReadonlyMap<string, string>;
  readonly #only: boolean;
  readonly #texts: ReadonlySet<string>;
  readonly #sent = new Map<string, string>();
  #characters = 0;

  /** @throws Error when TRUSTED_DOCUMENTS cannot be read */
  constructor({ TRUSTED_DOCUMENTS: path, TRUSTED_DOCUMENTS_ONLY: only }: OperationLimits) {
    if (only && path === '')
      throw new Error('TRUSTED_DOCUMENTS_ONLY needs TRUSTED_DOCUMENTS: the file or folder of those that are trusted.');
    this.#trusted = path === '' ? new Map() : readTrusted(path);
    this.#texts = new Set([...this.#trusted.values(), ...restDocuments()]);
    this.#only = only;
  }

  /** Those that the operator trusts, by id. */
  get trusted(): Iterable<[id: string, text: string]> {
    return this.#trusted;
  }

  /** The text that is asked for; undefined: there is neither a text nor an id. */
  textOf(asked: Params): string | GraphQLError | undefined {
    const { query } = asked;
    const id = idOf(asked);
    if (id === undefined && typeof query !== 'string') return undefined;
    if (typeof query !== 'string' || (query === '' && id !== undefined)) {
      const text = this.#trusted.get(id!) ?? this.#sentBefore(id!);
      return text ?? (this.#only ? untrusted() : notFound());
    }
    if (this.#only && !this.#texts.has(query)) return untrusted();
    if (hashOf(asked) !== undefined && sha256(query) !== hashOf(asked)) return mismatch();
    return query;
  }

  /** Keeps a text that was sent with its hash, and is valid. */
  keep(asked: Params): void {
    const { query } = asked;
    const hash = hashOf(asked);
    if (this.#only || hash === undefined || typeof query !== 'string' || query === '' || this.#sent.has(hash)) return;
    this.#sent.set(hash, query);
    this.#characters += query.length;
    for (const [oldest, { length }] of this.#sent) {
      if (this.#sent.size <= mostTexts && this.#characters <= mostCharacters) return;
      this.#sent.delete(oldest);
      this.#characters -= length;
    }
  }

  #sentBefore(id: string): string | undefined {
    const text = this.#sent.get(id);
    if (text === undefined) return undefined;
    this.#sent.delete(id); // the oldest stands first
    this.#sent.set(id, text);
    return text;
  }
}

/** `documentId` of GraphQL over HTTP, or the hash of Apollo's persisted queries. */
function idOf(asked: Params): string | undefined {
  const { documentId } = asked;
  return typeof documentId === 'string' ? documentId.replace(/^sha256:/, '') : hashOf(asked);
}

function hashOf({ extensions }: Params): string | undefined {
  const hash = (extensions as { persistedQuery?: { sha256Hash?: unknown } } | null | undefined)?.persistedQuery
    ?.sha256Hash;
  return typeof hash === 'string' ? hash : undefined;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

// Clients of Apollo know these words, and send the text; the specification wants them with status 200.
const notFound = () =>
  refusal('PersistedQueryNotFound', { code: 'PERSISTED_QUERY_NOT_FOUND' }, { status: 400, spec: true });
const mismatch = () =>
  refusal(
    'The sha256Hash is not that of the query: provided sha does not match query.',
    { code: 'BAD_REQUEST' },
    { status: 400 },
  );
const untrusted = () =>
  refusal(
    'This gateway runs only documents that its operator trusts, and this is none of them.',
    { code: 'DOCUMENT_NOT_TRUSTED' },
    { status: 400 },
  );

/**
 * Trusted documents by id: a JSON file of ids and texts, or a folder of .graphql files, whose ids are the SHA-256 of
 * their texts in hexadecimal.
 */
function readTrusted(path: string): Map<string, string> {
  try {
    if (!statSync(path).isDirectory()) {
      const entries = Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>);
      const wrong = entries.find(([, text]) => typeof text !== 'string');
      if (entries.length === 0 || wrong) throw new Error(wrong ? `${wrong[0]} has no text` : 'it is empty');
      return new Map(entries as [string, string][]);
    }
    const names = readdirSync(path).filter((name) => ['.graphql', '.gql'].includes(extname(name)));
    return new Map(
      names.map((name) => {
        const text = readFileSync(join(path, name), 'utf8');
        return [sha256(text), text];
      }),
    );
  } catch (error) {
    throw new Error(
      `TRUSTED_DOCUMENTS ${path} is no JSON file of ids and texts, and no folder of .graphql files: ${messageOf(error)}`,
    );
  }
}
