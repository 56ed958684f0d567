import {
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import type { Caller } from '../../platform/caller.ts';
import type { Settings } from '../../platform/config.ts';
import { messageOf, TributaryError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/log.ts';
import { longestTimerMs } from '../../platform/timer.ts';
import { isTenant, publicTenant } from '../../schema/tenant.ts';
import { type Session, unauthenticated } from './session.ts';

/** Signed with a private key. None with a shared secret is among them, or a public key could be used as one. */
const asymmetric = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** Published keys are fetched anew after so long, and for an unknown key, but then not more often than the cooldown. */
const published = { cacheMaxAge: 10 * 60_000, cooldownDuration: 10_000, timeoutDuration: 5_000 };

/** JSON Web Tokens of one issuer for one audience: https://www.rfc-editor.org/rfc/rfc7519. */
export class Tokens {
  readonly #key: JWTVerifyGetKey;
  readonly #options: JWTVerifyOptions;
  readonly #skewMs: number;
  readonly #tenantClaim: string;
  readonly #log: Logger;

  /** @param settings checked: one of JWT_JWKS_URL and JWT_SECRET is set, and so are issuer and audience */
  constructor(settings: Settings, log: Logger) {
    const { JWT_JWKS_URL: url, JWT_SECRET: secret, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = settings;
    const shared = new TextEncoder().encode(secret);
    this.#key = url ? createRemoteJWKSet(new URL(url), published) : async () => shared;
    this.#options = {
      ...{ issuer, audience, clockTolerance: settings.JWT_CLOCK_SKEW_SECONDS, requiredClaims: ['exp'] },
      algorithms: url ? asymmetric : ['HS256'],
    };
    this.#skewMs = settings.JWT_CLOCK_SKEW_SECONDS * 1_000;
    this.#tenantClaim = settings.JWT_TENANT_CLAIM;
    this.#log = log;
  }

  /** @throws TributaryError UNAUTHENTICATED, IDENTITY_UNAVAILABLE */
  async signIn(token: string): Promise<Session> {
    const { payload } = await jwtVerify(token, this.#key, this.#options).catch((error) => {
      throw this.#refusal(error);
    });
    const end = payload.exp! * 1_000 + this.#skewMs;
    return { caller: this.#callerOf(payload), onEnd: (then) => at(end, () => then(expired())) };
  }

  #callerOf(payload: JWTPayload): Caller {
    const tenant = payload[this.#tenantClaim] ?? publicTenant;
    if (typeof tenant !== 'string' || !isTenant(tenant))
      throw unauthenticated(`The claim ${this.#tenantClaim} of the token is not the name of a tenant.`);
    return { subject: payload.sub ?? null, tenant, scopes: scopesOf(payload) };
  }

  #refusal(error: unknown): TributaryError {
    if (error instanceof errors.JOSEError && Object.hasOwn(reasons, error.code)) return reasons[error.code]!(error);
    // Anything else went wrong while the keys were fetched.
    this.#log.error({ reason: messageOf(error) }, 'the keys of JWT_JWKS_URL cannot be fetched');
    return new TributaryError(
      'IDENTITY_UNAVAILABLE',
      'The keys that tokens are checked with cannot be fetched. Try again later.',
    );
  }
}

const expired = () => unauthenticated('The token has expired. Sign in again.');

/** What is wrong with a token, by what the library says. */
const reasons: Record<string, (error: errors.JOSEError) => TributaryError> = {
  ERR_JWT_EXPIRED: expired,
  ERR_JWT_CLAIM_VALIDATION_FAILED: (error) => {
    const { claim } = error as errors.JWTClaimValidationFailed;
    return unauthenticated(wrongClaims[claim] ?? `The claim ${claim} of the token is missing or wrong.`);
  },
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: () => unauthenticated('The signature of the token is wrong.'),
  ERR_JOSE_ALG_NOT_ALLOWED: () => unauthenticated('The token is signed in a way (alg) that is not taken here.'),
  ERR_JOSE_NOT_SUPPORTED: () => unauthenticated('The token asks for something that is not supported here.'),
  ERR_JWKS_NO_MATCHING_KEY: () =>
    unauthenticated('The token is signed with a key that is not among those of JWT_JWKS_URL.'),
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: () => unauthenticated('The token does not say which key (kid) it is signed with.'),
  ERR_JWS_INVALID: () => unauthenticated('What was sent is neither a token nor an API key.'),
  ERR_JWT_INVALID: () => unauthenticated('The token holds no claims.'),
};

const wrongClaims: Record<string, string> = {
  iss: 'The token is of another issuer (iss).',
  aud: 'The token is for another audience (aud).',
  nbf: 'The token does not hold yet (nbf).',
  exp: 'The token does not say when it expires (exp).',
};

/** `scope` as of RFC 8693, a text; or a list, as several providers have it in `scp` or `scopes`. */
function scopesOf({ scope, scp, scopes }: JWTPayload): string[] {
  const told = [scope, scp, scopes].flatMap((one) => (typeof one === 'string' ? one.split(' ') : one));
  return told.filter((one): one is string => typeof one === 'string' && one !== '');
}

/** Calls back at a time, in milliseconds since 1970. @returns what calls it off */
function at(time: number, then: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = () => {
    const left = time - Date.now();
    timer = setTimeout(left > 0 ? wait : then, Math.min(Math.max(left, 0), longestTimerMs)).unref();
  };
  wait();
  return () => clearTimeout(timer);
}
