import type { Settings } from '../../platform/config.ts';
import type { Logger } from '../../platform/log.ts';
import { ApiKeys, looksLikeApiKey } from './apiKeys.ts';
import { anybody, type Session, unauthenticated } from './session.ts';
import { Tokens } from './tokens.ts';

/** What a start says where nobody has to sign in. */
export const withoutIdentity =
  'no identity is configured: everybody who reaches this address may read and write everything, so only this machine, or a trusted network, is served';

/** What somebody shows to sign in, as it came. */
export interface Credentials {
  /** `Bearer`, and a token or an API key. */
  authorization?: unknown;
  /** Counts more than the other. */
  apiKey?: unknown;
}

/** Who may come in: those with a token or an API key; where neither is configured, anybody. */
export class Identity {
  readonly #tokens: Tokens | undefined;
  readonly #keys: ApiKeys | undefined;

  private constructor(tokens: Tokens | undefined, keys: ApiKeys | undefined) {
    this.#tokens = tokens;
    this.#keys = keys;
  }

  /** @throws ConfigurationError */
  static async open(settings: Settings, log: Logger): Promise<Identity> {
    const { JWT_JWKS_URL, JWT_SECRET } = settings;
    const tokens = JWT_JWKS_URL || JWT_SECRET ? new Tokens(settings, log) : undefined;
    return new Identity(tokens, await ApiKeys.open(settings, log, tokens !== undefined));
  }

  /** That of an installation without any. */
  static readonly none = new Identity(undefined, undefined);

  /** Whether there is any identity, so that nobody comes in without. */
  get isConfigured(): boolean {
    return this.#tokens !== undefined || this.#keys !== undefined;
  }

  /** @throws TributaryError UNAUTHENTICATED, IDENTITY_UNAVAILABLE; it tells nothing of what was shown */
  signIn({ authorization, apiKey }: Credentials): Session | Promise<Session> {
    if (!this.isConfigured) return anybody;
    const shown = apiKey ?? bearer(authorization);
    if (typeof shown !== 'string' || shown === '') throw unauthenticated('Send a token or an API key.');
    if (looksLikeApiKey(shown) || apiKey != null) {
      if (this.#keys) return this.#keys.signIn(shown);
      throw unauthenticated('API keys are not taken here: send a token.');
    }
    if (this.#tokens) return this.#tokens.signIn(shown);
    throw unauthenticated('Tokens are not taken here: send an API key.');
  }

  close(): void {
    this.#keys?.close();
  }
}

function bearer(authorization: unknown): string | undefined {
  if (authorization == null) return undefined;
  const [, shown] = /^Bearer +([^ ]+) *$/i.exec(String(authorization)) ?? [];
  if (shown === undefined) throw unauthenticated('The Authorization must be Bearer, and a token or an API key.');
  return shown;
}
