import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, readSettings } from './config.ts';
import { Secret } from './secret.ts';
import { SecretKeys, UnreadableSecret } from './secretKeys.ts';

const [oldKey, newKey] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64url')];
const keys = new SecretKeys(`old:${oldKey}`);
const context = ['air', 'acme', 'feed-1'];

const whyUnread = (open: () => Secret) => {
  try {
    open();
  } catch (error) {
    expect(error).toBeInstanceOf(UnreadableSecret);
    return (error as UnreadableSecret).why;
  }
  throw new Error('it was opened');
};

describe('a sealed secret', () => {
  test('opens to what it was, whatever that is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '\0', '\n', '"', 'ü', '🙂') }),
        fc.array(fc.string()),
        (plain, anyContext) => {
          expect(keys.open(keys.seal(new Secret(plain), anyContext), anyContext).reveal()).toBe(plain);
        },
      ),
    );
  });

  test('is another text each time, and never holds the secret', () => {
    const [one, other] = [keys.seal(new Secret('hunter2'), context), keys.seal(new Secret('hunter2'), context)];
    expect(one).toMatch(/^v1\.old\.[\w-]+$/);
    expect(one).not.toBe(other);
    for (const sealed of [one, other])
      expect(Buffer.from(sealed.split('.')[2]!, 'base64url').includes('hunter2')).toBe(false);
  });

  test.each([
    [[]],
    [['air', 'acme', 'feed-2']],
    [['air', 'evil', 'feed-1']],
    [['air', 'acme', 'feed', '-1']],
    [['air', 'acmefeed-1']],
    [['air', 'acme', 'feed-1', '']],
    [['air', 'acme","feed-1']],
  ])('does not open for %o', (another) => {
    const sealed = keys.seal(new Secret('hunter2'), context);
    expect(whyUnread(() => keys.open(sealed, another))).toBe('SEAL');
  });

  test('does not open when any bit of it is another', () => {
    const sealed = keys.seal(new Secret('hunter2'), context);
    const bytes = Buffer.from(sealed.slice('v1.old.'.length), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const edited = Buffer.from(bytes);
      edited[bit >> 3]! ^= 1 << (bit & 7);
      expect(whyUnread(() => keys.open(`v1.old.${edited.toString('base64url')}`, context))).toBe('SEAL');
    }
  });

  test('says what is wrong with one that is none, or cut off', () => {
    const sealed = keys.seal(new Secret('hunter2'), context);
    for (const text of ['', 'hunter2', 'v1.old', 'v1.old.', 'v2.old.AAAA', 'v1.old.AAAA', `${sealed}\n`, `${sealed}=`])
      expect(whyUnread(() => keys.open(text, context))).toBe('FORM');
    for (let length = 0; length < sealed.length; length++)
      expect(whyUnread(() => keys.open(sealed.slice(0, length), context))).toMatch(/FORM|SEAL/);
  });

  test('outlives a change of keys as long as its key is kept', () => {
    const sealed = keys.seal(new Secret('hunter2'), context);
    const both = new SecretKeys(`new:${newKey}, old:${oldKey}`);
    expect(both.open(sealed, context).reveal()).toBe('hunter2');
    expect(both.seal(new Secret(''), context)).toMatch(/^v1\.new\./);
    expect(whyUnread(() => new SecretKeys(`new:${newKey}`).open(sealed, context))).toBe('KEY');
    expect(whyUnread(() => new SecretKeys(`old:${newKey}`).open(sealed, context))).toBe('SEAL');
    expect(whyUnread(() => both.open(sealed.replace('v1.old.', 'v1.new.'), context))).toBe('SEAL');
  });
});

test.each([
  ['', 'Entry 1 of TRIBUTARY_SECRET_KEYS must be id:secret'],
  [oldKey, 'Entry 1 of TRIBUTARY_SECRET_KEYS'],
  [`a:${oldKey},`, 'Entry 2 of TRIBUTARY_SECRET_KEYS'],
  [`a:${oldKey},a:${newKey}`, 'The id "a" is twice'],
  ['a:hunter2', 'The key of "a" in TRIBUTARY_SECRET_KEYS must be 32 bytes in base64'],
  [`a:${randomBytes(31).toString('base64')}`, '32 bytes'],
  [`a:${randomBytes(33).toString('base64')}`, '32 bytes'],
])('keys that are none are refused without being shown: %#', (text, reason) => {
  const refused = () => new SecretKeys(text);
  expect(refused).toThrow(ConfigurationError);
  expect(refused).toThrow(reason);
  expect(refused).not.toThrow(/hunter2/);
});

test('without keys one is made, whole and once, however many start at the same time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-secrets-'));
  try {
    const data = join(folder, 'data');
    const settings = readSettings({ TRIBUTARY_DATA: data });
    const [first, ...others] = await Promise.all(Array.from({ length: 20 }, () => SecretKeys.of(settings)));
    const sealed = first!.seal(new Secret('hunter2'), context);
    for (const other of [...others, await SecretKeys.of(settings)])
      expect(other.open(sealed, context).reveal()).toBe('hunter2');
    expect(await readdir(data)).toEqual(['secret.keys']);
    expect((await stat(join(data, 'secret.keys'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(data, 'secret.keys'), 'utf8')).toMatch(/^local:[\w-]{43}$/);
    const configured = await SecretKeys.of({ ...settings, TRIBUTARY_SECRET_KEYS: `c:${oldKey}` });
    expect(configured.seal(new Secret('x'), context)).toMatch(/^v1\.c\./);
  } finally {
    await rm(folder, { recursive: true });
  }
});

describe('a secret', () => {
  const secret = new Secret('hunter2');

  test('is not shown by anything that shows objects', () => {
    const holder = { feed: 'f', nested: [{ secret }], secret };
    const shown = [
      `${secret}`,
      JSON.stringify(holder),
      inspect(holder, { depth: 9, showHidden: true, getters: true }),
      inspect(secret, { customInspect: false, showHidden: true }),
      JSON.stringify({ ...secret }),
      Object.getOwnPropertyNames(secret).join(),
      new Error(`no ${secret}`).message,
    ];
    for (const text of shown) expect(text).not.toContain('hunter2');
    expect(secret.reveal()).toBe('hunter2');
  });

  test.each([
    ['hunter2', 'GET /?key=hunter2&x=1 HUNTER2', 'GET /?key=***&x=1 ***'],
    ['', 'nothing to hide', 'nothing to hide'],
    ['a+b/c==', 'a%2Bb%2Fc%3D%3D a%2bb%2fc%3d%3d a+b/c==', '*** *** ***'],
    ['a b', 'a+b a%20b a b', '*** *** ***'],
    ['say "x"', String.raw`{"echo":"say \"x\""}`, '{"echo":"***"}'],
    ['.*', 'anything .*', 'anything ***'],
    ['half \ud800', 'half \ud800', '***'],
  ])('%j is hidden in texts', (plain, text, hidden) => {
    expect(new Secret(plain).hideIn(text)).toBe(hidden);
  });
});
