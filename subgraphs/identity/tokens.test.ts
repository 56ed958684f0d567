import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { readSettings } from '../../platform/config.ts';
import { createLogger } from '../../platform/log.ts';
import type { Session } from './session.ts';
import { Tokens } from './tokens.ts';

const issuer = 'https://issuer.test';
const audience = 'tributary';
const secret = 'a secret that is long enough for it';
const log = createLogger('test', 'silent');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** A provider of keys that says what a test wants. */
let keys: object[] = [];
let asked = 0;
let behave: ((response: ServerResponse) => void) | undefined;
const provider = createServer((_, response) => {
  asked++;
  if (behave) behave(response);
  else response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
});
const publicKey = async (key: KeyObject, kid: string) => ({ ...(await exportJWK(key)), kid });

beforeAll(async () => {
  await once(provider.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  provider.closeAllConnections();
  provider.close();
});
afterEach(() => {
  behave = undefined;
  vi.useRealTimers();
});

const common = { JWT_ISSUER: issuer, JWT_AUDIENCE: audience };
const byKeys = (more: Record<string, string> = {}) =>
  new Tokens(
    readSettings({
      ...{ ...common, JWT_JWKS_URL: `http://127.0.0.1:${(provider.address() as AddressInfo).port}/keys` },
      ...more,
    }),
    log,
  );
const bySecret = (more: Record<string, string> = {}) =>
  new Tokens(readSettings({ ...common, JWT_SECRET: secret, ...more }), log);

const seconds = () => Math.floor(Date.now() / 1000);
const claims = { iss: issuer, aud: audience, sub: 'ada', tenant: 'acme', scope: 'air:read menu:read' };
const signed = (
  change: Record<string, unknown> = {},
  { alg = 'HS256', kid, key = new TextEncoder().encode(secret) }: { alg?: string; kid?: string; key?: SignKey } = {},
) =>
  new SignJWT({ ...claims, exp: seconds() + 60, ...change })
    .setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }) })
    .sign(key);
type SignKey = KeyObject | Uint8Array;
const byRsa = (change = {}, kid = 'rsa') => signed(change, { alg: 'RS256', kid, key: rsa.privateKey });

const isRefused = (message: string | RegExp) => ({ code: 'UNAUTHENTICATED', message: expect.stringMatching(message) });

test('a token says who asks, of which tenant, and with which scopes', async () => {
  const callerOf = async (change: object) => (await bySecret().signIn(await signed({ ...change }))).caller;
  expect(await callerOf({})).toEqual({ subject: 'ada', tenant: 'acme', scopes: ['air:read', 'menu:read'] });
  expect(await callerOf({ sub: undefined, tenant: undefined, scope: undefined })).toEqual({
    ...{ subject: null, tenant: 'public', scopes: [] },
  });
  expect((await callerOf({ scope: undefined, scp: ['a', 'b'] })).scopes).toEqual(['a', 'b']);
  expect((await callerOf({ scope: '', scopes: ['a', 7, null] })).scopes).toEqual(['a']);
  const inOrganisation = bySecret({ JWT_TENANT_CLAIM: 'org' });
  expect((await inOrganisation.signIn(await signed({ org: 'other' }))).caller.tenant).toBe('other');
});

describe('a token is refused that', () => {
  test.each<[string, () => Promise<string> | string, string]>([
    ['has expired', () => signed({ exp: seconds() - 31 }), 'The token has expired'],
    ['never expires', () => signed({ exp: undefined }), '\\(exp\\)'],
    ['holds later', () => signed({ nbf: seconds() + 60 }), '\\(nbf\\)'],
    ['is of another issuer', () => signed({ iss: 'https://else.test' }), '\\(iss\\)'],
    ['is of no issuer', () => signed({ iss: undefined }), '\\(iss\\)'],
    ['is for another audience', () => signed({ aud: ['else', 'others'] }), '\\(aud\\)'],
    ['is for no audience', () => signed({ aud: undefined }), '\\(aud\\)'],
    ['has a number for a tenant', () => signed({ tenant: 7 }), 'claim tenant'],
    ['has an empty tenant', () => signed({ tenant: '' }), 'claim tenant'],
    ['has a tenant with a slash', () => signed({ tenant: 'a/b' }), 'claim tenant'],
    ['has two tenants', () => signed({ tenant: ['a', 'b'] }), 'claim tenant'],
    ['is signed with another secret', () => signed({}, { key: new TextEncoder().encode(`${secret}.`) }), 'signature'],
    ['is signed in another way', () => signed({}, { alg: 'HS512', key: Buffer.alloc(64, secret) }), '\\(alg\\)'],
    ['is not signed', () => new UnsecuredJWT({ ...claims, exp: seconds() + 60 }).encode(), '\\(alg\\)'],
    ['has a changed claim', async () => edited(await signed()), 'signature'],
    ['is cut off', async () => (await signed()).slice(0, -3), 'signature'],
    ['is none', () => 'no.jwt.at.all', 'neither a token nor'],
    ['has no claims', () => `${head({ alg: 'HS256' })}..`, ''],
    ['asks for an extension', () => `${head({ alg: 'HS256', crit: ['b64'], b64: false })}.e30.`, ''],
  ])('%s', async (_, token, why) => {
    const text = await token();
    const error = await bySecret()
      .signIn(text)
      .catch((error) => error);
    expect(error).toMatchObject(isRefused(why));
    for (const part of text.split('.').filter((part) => part.length > 3)) expect(error.message).not.toContain(part);
  });

  const head = (header: object) => Buffer.from(JSON.stringify(header)).toString('base64url');
  const edited = (token: string) => {
    const [header, , signature] = token.split('.');
    return [header, head({ ...claims, tenant: 'else', exp: seconds() + 60 }), signature].join('.');
  };
});

test('the clock of the issuer may be wrong by the skew and no second more', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000_000 });
  const tokens = bySecret({ JWT_CLOCK_SKEW_SECONDS: '5' });
  const now = seconds();
  await tokens.signIn(await signed({ exp: now - 4 }));
  await tokens.signIn(await signed({ exp: now + 1, nbf: now + 5 }));
  await expect(tokens.signIn(await signed({ exp: now - 5 }))).rejects.toMatchObject(isRefused('expired'));
  await expect(tokens.signIn(await signed({ exp: now + 9, nbf: now + 6 }))).rejects.toMatchObject(isRefused('nbf'));
});

test('a session is over when the token has expired, however far that is', async () => {
  vi.useFakeTimers();
  const day = 86_400;
  const over: string[] = [];
  const sessions: Session[] = [];
  for (const exp of [60, 30 * day]) sessions.push(await bySecret().signIn(await signed({ exp: seconds() + exp })));
  sessions.map((session, at) => session.onEnd(({ code }) => over.push(`${at} ${code}`)));
  sessions[0]!.onEnd(() => over.push('called off'))();
  await vi.advanceTimersByTimeAsync(89_999 - (Date.now() % 1000));
  expect(over).toEqual([]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(over).toEqual(['0 UNAUTHENTICATED']);
  await vi.advanceTimersByTimeAsync(29 * day * 1000);
  expect(over).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(day * 1000);
  expect(over).toEqual(['0 UNAUTHENTICATED', '1 UNAUTHENTICATED']);
});

describe('with published keys', () => {
  test('a token is taken that is signed with one of them, and no other', async () => {
    keys = [await publicKey(rsa.publicKey, 'rsa'), await publicKey(ec.publicKey, 'ec')];
    const tokens = byKeys();
    expect((await tokens.signIn(await byRsa())).caller.subject).toBe('ada');
    await tokens.signIn(await signed({}, { alg: 'ES256', kid: 'ec', key: ec.privateKey }));
    await tokens.signIn(await signed({}, { alg: 'PS256', kid: 'rsa', key: rsa.privateKey }));
    const forged = await signed({}, { alg: 'RS256', kid: 'rsa', key: other.privateKey });
    await expect(tokens.signIn(forged)).rejects.toMatchObject(isRefused('signature'));
    const crossed = await signed({}, { alg: 'RS256', kid: 'ec', key: rsa.privateKey });
    await expect(tokens.signIn(crossed)).rejects.toMatchObject(isRefused('not among'));
  });

  test('what is published is never taken for a shared secret', async () => {
    keys = [
      await publicKey(rsa.publicKey, 'rsa'),
      { kty: 'oct', kid: 'oct', k: Buffer.from(secret).toString('base64url') },
    ];
    const tokens = byKeys();
    const texts = [await exportSPKI(rsa.publicKey), JSON.stringify(keys[0]), secret];
    for (const text of texts)
      for (const kid of ['rsa', 'oct']) {
        const confused = await signed({}, { kid, key: Buffer.from(text) });
        await expect(tokens.signIn(confused)).rejects.toMatchObject(isRefused('\\(alg\\)'));
      }
    const unsigned = new UnsecuredJWT({ ...claims, exp: seconds() + 60 }).encode();
    await expect(tokens.signIn(unsigned)).rejects.toMatchObject(isRefused('\\(alg\\)'));
  });

  test('they are fetched once, and anew for one that is not known, but not for each', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    keys = [await publicKey(rsa.publicKey, 'rsa')];
    const tokens = byKeys();
    const before = asked;
    const token = await byRsa({ exp: seconds() + 3_600 });
    await Promise.all(Array.from({ length: 20 }, () => tokens.signIn(token)));
    expect(asked - before).toBe(1);

    keys = [await publicKey(other.publicKey, 'new')];
    const renewed = await signed({ exp: seconds() + 3_600 }, { alg: 'RS256', kid: 'new', key: other.privateKey });
    await expect(tokens.signIn(renewed)).rejects.toMatchObject(isRefused('not among'));
    expect(asked - before).toBe(1);
    vi.setSystemTime(Date.now() + 10_001);
    await tokens.signIn(renewed);
    expect(asked - before).toBe(2);
    await expect(tokens.signIn(token)).rejects.toMatchObject(isRefused('not among'));
  });

  test('where they cannot be fetched it is not the fault of the token', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    keys = [await publicKey(rsa.publicKey, 'rsa')];
    const token = await byRsa({ exp: seconds() + 3_600 });
    const unavailable = { code: 'IDENTITY_UNAVAILABLE' };
    const nobody = byKeys({ JWT_JWKS_URL: 'http://127.0.0.1:1/keys' });
    await expect(nobody.signIn(token)).rejects.toMatchObject(unavailable);
    const tokens = byKeys();
    for (const answer of [
      (response: ServerResponse) => response.writeHead(500).end('{}'),
      (response: ServerResponse) => response.end('no JSON'),
      (response: ServerResponse) => response.end('{"keys":7}'),
      (response: ServerResponse) => response.destroy(),
    ]) {
      behave = answer;
      await expect(tokens.signIn(token)).rejects.toMatchObject(unavailable);
    }
    behave = undefined;
    await tokens.signIn(token);

    behave = (response) => response.destroy();
    await tokens.signIn(token); // they are known for a while
    vi.setSystemTime(Date.now() + 10 * 60_000);
    await expect(tokens.signIn(token)).rejects.toMatchObject(unavailable);
    behave = undefined;
    await tokens.signIn(token);
  });
});
