import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { ConfigurationError, type Settings } from './config.ts';
import { keptKeys, keyEntries } from './keptKeys.ts';
import { Secret } from './secret.ts';

/*
 * A sealed secret is the text `v1.<key id>.<base64url>` of
 *
 *   nonce        12 random bytes
 *   ciphertext   AES-256-GCM of the secret in UTF-8
 *   tag          16 bytes
 *
 * The tag also covers version, key id and context, so that a sealed secret cannot be used in another's place.
 */
const version = 'v1';
const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** What a sealed secret belongs to, such as its domain, tenant and feed. */
export type SecretContext = readonly string[];

/**
 * Why a sealed secret cannot be read. FORM: the text is none, or cut off. KEY: no key of that id is configured.
 * SEAL: it was edited, belongs to something else, or the key of that id is another.
 */
export class UnreadableSecret extends Error {
  override readonly name = 'UnreadableSecret';
  constructor(
    readonly why: 'FORM' | 'KEY' | 'SEAL',
    message: string,
  ) {
    super(message);
  }
}

/** The keys that seal secrets: the first seals, all of them open, so that keys can be changed without a cut. */
export class SecretKeys {
  readonly #sealing: string;
  readonly #keys = new Map<string, KeyObject>();

  /**
   * @param text `id:key,id:key`
   * @throws ConfigurationError that names the wrong entry by its place or id, never by its key.
   */
  constructor(text: string) {
    for (const [id, key] of keyEntries('TRIBUTARY_SECRET_KEYS', text)) {
      if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(key))
        throw new ConfigurationError(
          `The key of "${id}" in TRIBUTARY_SECRET_KEYS must be 32 bytes in base64, as \`openssl rand -base64 32\` makes them.`,
        );
      this.#keys.set(id, createSecretKey(key, 'base64'));
    }
    this.#sealing = this.#keys.keys().next().value!;
  }

  /** The keys of the configuration, else one that is made once and kept in the data folder. */
  static async of(settings: Settings): Promise<SecretKeys> {
    return new SecretKeys(await keptKeys(settings, 'TRIBUTARY_SECRET_KEYS', 'secret.keys'));
  }

  /** The secret as it may be stored and sent. Sealing it again gives another text. */
  seal(secret: Secret, context: SecretContext): string {
    const id = this.#sealing;
    const nonce = randomBytes(nonceBytes);
    const sealing = createCipheriv(cipher, this.#keys.get(id)!, nonce, { authTagLength: tagBytes });
    sealing.setAAD(covered(id, context));
    const sealed = [nonce, sealing.update(secret.reveal(), 'utf8'), sealing.final(), sealing.getAuthTag()];
    return `${version}.${id}.${Buffer.concat(sealed).toString('base64url')}`;
  }

  /** @throws UnreadableSecret */
  open(sealed: string, context: SecretContext): Secret {
    const [, id, text] = /^v1\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]+)$/.exec(sealed) ?? [];
    if (id === undefined || text === undefined)
      throw new UnreadableSecret(
        'FORM',
        `A sealed secret begins with ${version}. and the id of its key; this does not.`,
      );
    const bytes = Buffer.from(text, 'base64url');
    if (bytes.length < nonceBytes + tagBytes) throw new UnreadableSecret('FORM', 'The sealed secret is cut off.');
    const key = this.#keys.get(id);
    if (!key)
      throw new UnreadableSecret(
        'KEY',
        `The secret is sealed with the key "${id}", which is not among TRIBUTARY_SECRET_KEYS. Add that key, or give the secret again.`,
      );
    const opening = createDecipheriv(cipher, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
    opening.setAAD(covered(id, context));
    opening.setAuthTag(bytes.subarray(-tagBytes));
    const plain = opening.update(bytes.subarray(nonceBytes, -tagBytes));
    try {
      opening.final();
    } catch {
      throw new UnreadableSecret(
        'SEAL',
        `The sealed secret was edited, belongs to something else, or "${id}" in TRIBUTARY_SECRET_KEYS is another key than it was sealed with. Give the secret again.`,
      );
    }
    return new Secret(plain.toString());
  }
}

function covered(id: string, context: SecretContext): Buffer {
  return Buffer.from(JSON.stringify([version, id, ...context]));
}
