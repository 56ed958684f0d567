import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigurationError, readSettings, type Settings } from '../../platform/config.ts';
import { createLogger } from '../../platform/log.ts';
import { keepKey, newApiKey, readKeys } from './apiKeys.ts';
import { Identity } from './identity.ts';

const log = createLogger('test', 'silent');
const facts = { name: 'sensors', tenant: 'acme', scopes: ['occupancy:write'] };
let settings: Settings;
const opened: Identity[] = [];

beforeEach(async () => {
  settings = readSettings({ TRIBUTARY_DATA: await mkdtemp(join(tmpdir(), 'tributary-keys-')) });
});
afterEach(async () => {
  for (const identity of opened.splice(0)) identity.close();
  await rm(settings.TRIBUTARY_DATA, { recursive: true });
});

const open = async (more: Partial<Settings> = {}, log_ = log) => {
  const identity = await Identity.open({ ...settings, ...more }, log_);
  opened.push(identity);
  return identity;
};
const kept = async (more: Partial<typeof facts> = {}) => {
  const made = newApiKey({ ...facts, ...more });
  await keepKey(settings, made.key);
  return made;
};
const signIn = async (identity: Identity, apiKey: string) => identity.signIn({ apiKey });
const unknown = { code: 'UNAUTHENTICATED', message: 'The API key is unknown.' };
/** What a running process comes to see by itself. */
const soon = async (check: () => Promise<boolean>) => {
  const end = performance.now() + 5_000;
  while (!(await check())) {
    if (performance.now() > end) throw new Error('it has not come within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

test('a key signs in as a tenant with scopes, in either header, and is kept as a hash alone', async () => {
  const { text, key } = await kept();
  expect(text).toMatch(/^trb_[a-z0-9]{12}_[A-Za-z0-9_-]{43}$/);
  const identity = await open();
  const caller = { subject: 'sensors', tenant: 'acme', scopes: ['occupancy:write'] };
  expect((await signIn(identity, text)).caller).toEqual(caller);
  expect((await identity.signIn({ authorization: `bearer ${text}` })).caller).toEqual(caller);
  const file = join(settings.TRIBUTARY_DATA, 'api.keys');
  expect(await readFile(file, 'utf8')).not.toContain(text.slice(17));
  expect((await stat(file)).mode & 0o77).toBe(0);
  expect((await readKeys(settings)).get(key.id)).toEqual(key);
});

test('whatever is not just the key is unknown, and is not told again', async () => {
  const { text } = await kept();
  const { text: foreign } = newApiKey(facts);
  const identity = await open();
  const changed = Array.from(
    text,
    (letter, at) => text.slice(0, at) + (letter === 'A' ? 'B' : 'A') + text.slice(at + 1),
  );
  for (const wrong of [
    ...changed.slice(4),
    foreign,
    text.slice(0, -1),
    `${text}A`,
    `${text.slice(0, 17)}`,
    'trb_',
    'x',
  ])
    await expect(signIn(identity, wrong), wrong).rejects.toMatchObject(unknown);
  for (const authorization of ['', text, `Basic ${text}`, `Bearer ${text} x`, 'Bearer', `Bearer x${text}`, 7, {}])
    await expect((async () => identity.signIn({ authorization }))()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await expect((async () => identity.signIn({}))()).rejects.toMatchObject({ message: 'Send a token or an API key.' });
});

test('a running process takes a new key, and refuses a revoked one, within seconds', async () => {
  const { text, key } = await kept();
  const identity = await open();
  const session = await signIn(identity, text);
  const over: string[] = [];
  session.onEnd(({ message }) => over.push(message));
  session.onEnd(() => over.push('called off'))();

  const second = await kept({ tenant: 'other' });
  const isTaken = (text: string) => signIn(identity, text).then(Boolean, () => false);
  await soon(() => isTaken(second.text));
  expect(over).toEqual([]);

  await keepKey(settings, { ...key, revoked: new Date().toISOString() });
  await soon(async () => over.length > 0);
  expect(over).toEqual(['The API key is revoked.']);
  await expect(signIn(identity, text)).rejects.toMatchObject({ message: 'The API key is revoked.' });
  expect(await isTaken(second.text)).toBe(true);

  // Who begins to wait only now is told too.
  session.onEnd(() => over.push('called off'))();
  expect((await new Promise<Error>((resolve) => session.onEnd(resolve))).message).toBe('The API key is revoked.');
  expect(over).toHaveLength(1);
});

test('a line that is no key stops a start, and leaves a running process with the keys that it has', async () => {
  const { text } = await kept();
  const said: string[] = [];
  const watching = Object.assign(createLogger('test', 'silent'), {
    error: (_: object, told: string) => said.push(told),
  });
  const identity = await open({}, watching as never);
  await appendFile(join(settings.TRIBUTARY_DATA, 'api.keys'), '{"id":"short"}\n');
  await soon(async () => said.length > 0);
  expect((await signIn(identity, text)).caller.tenant).toBe('acme');
  await expect(open()).rejects.toThrow(/Line 2 of .*api\.keys is no API key/);
});

test('several machines share the keys of a setting, and then those of the file do not count', async () => {
  const { text } = await kept();
  const shared = newApiKey(facts);
  const identity = await open({ TRIBUTARY_API_KEYS: JSON.stringify([shared.key]) });
  expect((await signIn(identity, shared.text)).caller.tenant).toBe('acme');
  await expect(signIn(identity, text)).rejects.toMatchObject(unknown);
  for (const wrong of ['no JSON', '{}', '[7]', JSON.stringify([{ ...shared.key, tenant: 'a b' }])]) {
    const error = await open({ TRIBUTARY_API_KEYS: wrong }).catch((error) => error);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).not.toContain(shared.key.hash);
  }
});

test('there is identity as soon as there has been a key, revoked or not, or tokens are taken', async () => {
  expect((await open()).isConfigured).toBe(false);
  expect((await open()).signIn({})).toMatchObject({ caller: { subject: null, tenant: 'public', scopes: 'all' } });
  const tokens = { JWT_SECRET: 's'.repeat(32), JWT_ISSUER: 'i', JWT_AUDIENCE: 'a' };
  const withTokens = await open(tokens);
  expect(withTokens.isConfigured).toBe(true);

  const { text, key } = await kept();
  await soon(() => signIn(withTokens, text).then(Boolean, () => false)); // although there were none when it began
  await keepKey(settings, { ...key, revoked: new Date().toISOString() });
  const closed = await open();
  expect(closed.isConfigured).toBe(true);
  await expect(signIn(closed, text)).rejects.toMatchObject({ message: 'The API key is revoked.' });
  await writeFile(join(settings.TRIBUTARY_DATA, 'api.keys'), '');
  await expect((async () => closed.signIn({}))()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});
