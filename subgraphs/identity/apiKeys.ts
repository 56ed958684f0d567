import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { appendFile, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { type Static, Type } from 'typebox';
import { ConfigurationError, type Settings } from '../../platform/config.ts';
import { messageOf, type TributaryError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/log.ts';
import { isTenant } from '../../schema/tenant.ts';
import { type Session, unauthenticated } from './session.ts';

const moment = (description: string) => Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z$', description });
const keySchema = Type.Object({
  id: Type.String({ pattern: '^[a-z0-9]{12}$' }),
  name: Type.String({ description: 'What it is for, in words' }),
  tenant: Type.String(),
  scopes: Type.Array(Type.String()),
  hash: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', description: 'SHA-256 of the key, in base64url' }),
  created: moment('When it was made'),
  revoked: Type.Optional(moment('Since when it is not taken any more')),
});

/** What is kept of an API key: everything but the key. */
export type ApiKey = Static<typeof keySchema>;

const isApiKey = new Ajv().compile<ApiKey>(keySchema);

/** The text of a key tells its id. What follows are 32 random bytes, so a plain hash of it is enough. */
const form = /^trb_([a-z0-9]{12})_[A-Za-z0-9_-]{43}$/;

/** How often the file is looked at, in milliseconds. */
const watchMs = 1_000;

/** Whether it is meant as an API key, be it right or wrong. */
export function looksLikeApiKey(text: string): boolean {
  return text.startsWith('trb_');
}

/** A new key, and what is to be kept of it. */
export function newApiKey(facts: Pick<ApiKey, 'name' | 'tenant' | 'scopes'>): { text: string; key: ApiKey } {
  const id = randomBytes(8).readBigUInt64BE().toString(36).padStart(12, '0').slice(-12);
  const text = `trb_${id}_${randomBytes(32).toString('base64url')}`;
  const hash = hashOf(text).toString('base64url');
  return { text, key: { id, ...facts, hash, created: new Date().toISOString() } };
}

/**
 * The keys of the setting or, where it is empty, of a file in the data folder. A line of the file is a key as it was
 * made or revoked, and the last about an id counts, so that writing one never loses another.
 */
export class ApiKeys {
  readonly #file: string;
  readonly #log: Logger;
  #keys = new Map<string, ApiKey>();
  /** What the file was like just before it was read. */
  #state = '';
  #timer: NodeJS.Timeout | undefined;
  /** Who must be told when a key does not hold any more. */
  readonly #sessions = new Map<string, Set<(why: TributaryError) => void>>();

  private constructor(file: string, log: Logger) {
    this.#file = file;
    this.#log = log;
  }

  /**
   * @param expected whether keys may still be made; else there are none where none has ever been made
   * @throws ConfigurationError
   */
  static async open(settings: Settings, log: Logger, expected: boolean): Promise<ApiKeys | undefined> {
    const keys = new ApiKeys(fileOf(settings), log);
    if (settings.TRIBUTARY_API_KEYS) keys.#keys = parseSetting(settings.TRIBUTARY_API_KEYS);
    else {
      await keys.#look();
      if (keys.#keys.size === 0 && !expected) return undefined;
      keys.#watch();
    }
    return keys;
  }

  /** @throws TributaryError UNAUTHENTICATED */
  signIn(text: string): Session {
    const id = form.exec(text)?.[1];
    const key = id === undefined ? undefined : this.#keys.get(id);
    if (!key || !timingSafeEqual(hashOf(text), Buffer.from(key.hash, 'base64url')))
      throw unauthenticated('The API key is unknown.');
    if (key.revoked) throw revoked();
    const { name: subject, tenant, scopes } = key;
    return { caller: { subject, tenant, scopes }, onEnd: (then) => this.#whenRevoked(key.id, then) };
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #holds(id: string): boolean {
    const key = this.#keys.get(id);
    return key !== undefined && key.revoked === undefined;
  }

  #whenRevoked(id: string, then: (why: TributaryError) => void): () => void {
    if (!this.#holds(id)) {
      const soon = setImmediate(() => then(revoked()));
      return () => clearImmediate(soon);
    }
    const waiting = this.#sessions.get(id) ?? new Set();
    this.#sessions.set(id, waiting.add(then));
    return () => {
      waiting.delete(then);
      if (waiting.size === 0) this.#sessions.delete(id);
    };
  }

  #watch(): void {
    this.#timer = setTimeout(async () => {
      await this.#look().catch((error) =>
        this.#log.error({ reason: messageOf(error) }, 'the API keys that are known stay as they are'),
      );
      if (this.#timer) this.#watch();
    }, watchMs).unref();
  }

  async #look(): Promise<void> {
    const state = await stateOf(this.#file);
    if (state === this.#state) return;
    this.#state = state;
    this.#keys = await readKeysOf(this.#file);
    for (const [id, waiting] of this.#sessions) if (!this.#holds(id)) for (const then of [...waiting]) then(revoked());
  }
}

const revoked = () => unauthenticated('The API key is revoked.');

/** The keys of the file in the data folder, by id. @throws ConfigurationError */
export function readKeys(settings: Settings): Promise<Map<string, ApiKey>> {
  return readKeysOf(fileOf(settings));
}

/** Says in the file how a key is now. */
export async function keepKey(settings: Settings, key: ApiKey): Promise<void> {
  await mkdir(settings.TRIBUTARY_DATA, { recursive: true });
  await appendFile(fileOf(settings), `${JSON.stringify(key)}\n`, { mode: 0o600, flush: true });
}

function fileOf({ TRIBUTARY_DATA }: Settings): string {
  return join(TRIBUTARY_DATA, 'api.keys');
}

/** Changes whenever something is written to the file; empty while there is none. */
async function stateOf(file: string): Promise<string> {
  const found = await stat(file, { bigint: true }).catch(noneYet);
  return found ? `${found.ino} ${found.size} ${found.mtimeNs}` : '';
}

async function readKeysOf(file: string): Promise<Map<string, ApiKey>> {
  const text = (await readFile(file, 'utf8').catch(noneYet)) ?? '';
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return byId(lines.map((line, at) => checked(parsed(line), `Line ${at + 1} of ${file}`)));
}

function noneYet(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function parseSetting(text: string): Map<string, ApiKey> {
  const list = parsed(text);
  if (!Array.isArray(list))
    throw new ConfigurationError('TRIBUTARY_API_KEYS must be a JSON array, as `tributary key list --json` prints it.');
  return byId(list.map((key, at) => checked(key, `Entry ${at + 1} of TRIBUTARY_API_KEYS`)));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function checked(key: unknown, where: string): ApiKey {
  if (isApiKey(key) && isTenant(key.tenant)) return key;
  throw new ConfigurationError(`${where} is no API key as \`tributary key create\` makes them.`);
}

function byId(keys: ApiKey[]): Map<string, ApiKey> {
  return new Map(keys.map((key) => [key.id, key]));
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
