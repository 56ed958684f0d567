import { createSecretKey, type KeyObject } from 'node:crypto';
import { ConfigurationError } from '../../platform/config.ts';

/** The keys that sign cursors: the first signs, all of them verify, so that keys can be changed without a cut. */
export interface KeyRing {
  readonly signing: string;
  readonly secrets: ReadonlyMap<string, KeyObject>;
}

/**
 * The key ring out of `id:secret,id:secret`.
 * @throws ConfigurationError that names the wrong entry by its place or id, never by its secret.
 */
export function parseKeyRing(text: string): KeyRing {
  const secrets = new Map<string, KeyObject>();
  for (const [index, entry] of text.split(',').entries()) {
    const colon = entry.indexOf(':');
    const id = entry.slice(0, Math.max(colon, 0)).trim();
    const secret = entry.slice(colon + 1).trim();
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(id))
      throw new ConfigurationError(
        `Entry ${index + 1} of TRIBUTARY_CURSOR_KEYS must be id:secret, the id 1 to 32 letters, digits, _ or -.`,
      );
    if (secret.length < 16)
      throw new ConfigurationError(`The secret of "${id}" in TRIBUTARY_CURSOR_KEYS must have 16 characters or more.`);
    if (secrets.has(id)) throw new ConfigurationError(`The id "${id}" is twice in TRIBUTARY_CURSOR_KEYS.`);
    secrets.set(id, createSecretKey(secret, 'utf8'));
  }
  return { signing: secrets.keys().next().value!, secrets };
}
