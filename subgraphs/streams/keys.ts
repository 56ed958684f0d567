import { createSecretKey, type KeyObject } from 'node:crypto';
import { ConfigurationError } from '../../platform/config.ts';
import { keyEntries } from '../../platform/keptKeys.ts';

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
  for (const [id, secret] of keyEntries('TRIBUTARY_CURSOR_KEYS', text)) {
    if (secret.length < 16)
      throw new ConfigurationError(`The secret of "${id}" in TRIBUTARY_CURSOR_KEYS must have 16 characters or more.`);
    secrets.set(id, createSecretKey(secret, 'utf8'));
  }
  return { signing: secrets.keys().next().value!, secrets };
}
