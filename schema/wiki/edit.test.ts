import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ContractError } from '../contract.ts';
import { parseWikiEdit, toWikiEdit, type WikiEdit } from './edit.ts';

const place = { topic: 'wiki.edits', partition: 2, offset: 17 };
const id = '5d1c0a52-7a0e-4a7b-9c6f-0d5a3f3c1b11';
const bare = { type: 'edit', wiki: 'enwiki', title: 'Harbor seal', timestamp: 1_700_000_000 };
const normal: WikiEdit = {
  id: 'wiki.edits/2/17',
  wiki: 'enwiki',
  type: 'edit',
  title: 'Harbor seal',
  user: '',
  bot: false,
  minor: false,
  namespace: 0,
  comment: '',
  time: 1_700_000_000_000,
  oldLength: null,
  newLength: null,
  delta: null,
  revision: null,
  url: null,
};

describe('an event', () => {
  test.each<[string, object, Partial<WikiEdit>]>([
    ['with nothing but what an edit needs', {}, {}],
    [
      'with everything',
      {
        $schema: '/mediawiki/recentchange/1.0.0',
        meta: { id, dt: '2023-11-14T22:13:21.250Z', uri: 'https://en.example/wiki/Harbor_seal', domain: 'en.example' },
        id: 99,
        namespace: 1,
        user: 'Ada',
        comment: 'fix a typo',
        bot: true,
        minor: true,
        length: { old: 1200, new: 1180 },
        revision: { old: 41, new: 42 },
        notify_url: 'https://en.example/w/index.php?diff=42&oldid=41',
        title_url: 'https://en.example/wiki/Harbor_seal',
        patrolled: true,
      },
      {
        id,
        namespace: 1,
        user: 'Ada',
        comment: 'fix a typo',
        bot: true,
        minor: true,
        oldLength: 1200,
        newLength: 1180,
        delta: -20,
        revision: '42',
        url: 'https://en.example/w/index.php?diff=42&oldid=41',
      },
    ],
    [
      'of a new page, which had no length',
      { type: 'new', length: { new: 156 }, revision: { new: 7 } },
      { type: 'new', newLength: 156, delta: 156, revision: '7' },
    ],
    ['that lacks the length before', { length: { old: null, new: 156 } }, { newLength: 156 }],
    [
      'of a log, without id',
      {
        type: 'log',
        namespace: -1,
        log_params: [],
        log_type: 'thanks',
        meta: { id, uri: 'https://de.example/wiki/X' },
      },
      { id, type: 'log', namespace: -1, url: 'https://de.example/wiki/X' },
    ],
    [
      'of a category',
      { type: 'categorize', namespace: 14, title_url: 'https://de.example/wiki/K' },
      { type: 'categorize', namespace: 14, url: 'https://de.example/wiki/K' },
    ],
    ['from outside', { type: 'external' }, { type: 'external' }],
    ['of a kind that is yet to be invented', { type: 'merge' }, { type: 'merge' }],
    ['whose kind is a number', { type: 0 }, { type: 'edit' }],
    ['whose kind is the number of new pages', { type: 1, length: { new: 9 } }, { type: 'new', newLength: 9, delta: 9 }],
    ['whose kind is the text of a number', { type: '6' }, { type: 'categorize' }],
    ['whose kind is a number that is no longer used', { type: 4 }, { type: '4' }],
    [
      'of the older form',
      {
        meta: { id, dt: '2019-03-04T13:30:32+00:00', schema_uri: 'mediawiki/recentchange/2', uri: 'https://x.example' },
        timestamp: undefined,
      },
      { id, time: Date.UTC(2019, 2, 4, 13, 30, 32), url: 'https://x.example' },
    ],
    [
      'with nulls where others have nothing',
      { meta: null, user: null, comment: null, bot: null, minor: null, namespace: null, length: null, revision: null },
      {},
    ],
    ['whose id is empty', { meta: { id: '' } }, {}],
    ['with half a surrogate pair', { comment: 'a\ud800b', title: '\udc00' }, { comment: 'a\ufffdb', title: '\ufffd' }],
  ])('%s has every property', (_, properties, expected) => {
    const text = JSON.stringify({ ...bare, ...properties });
    expect(parseWikiEdit(text, place)).toEqual({ ...normal, ...expected });
  });

  test('without an id is known by its place, which another reading gives again', () => {
    expect(toWikiEdit(bare, place).id).toBe('wiki.edits/2/17');
    expect(toWikiEdit(bare, { ...place, offset: '18' }).id).toBe('wiki.edits/2/18');
  });
});

describe('what is no event is refused for a reason that names the place:', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  const event = (properties: object) => JSON.stringify({ ...bare, ...properties });
  test.each<[reason: string, text: string | null]>([
    ['the message has no value; wiki.edits takes no deletions', null],
    ['not JSON: Unexpected end of JSON input', ''],
    ['the message must be object, not an array', '[]'],
    ['the message is nested deeper than 32 levels', deep],
    ['the message is nested deeper than 32 levels', `{"type":"edit","more":${deep}}`],
    ["the message must have required property 'wiki'", event({ wiki: undefined })],
    ["the message must have required property 'title'", event({ title: undefined })],
    ['title must NOT have fewer than 1 characters, not ""', event({ title: '' })],
    ['type must be string, not true; type must be integer, not true', event({ type: true })],
    ['bot must be boolean, not "yes"', event({ bot: 'yes' })],
    ['length.new must be >= 0, not -1', event({ length: { new: -1 } })],
    ['length.old must be <= 2147483647, not 2147483648', event({ length: { old: 2_147_483_648 } })],
    ['meta.id must be string, not 7', event({ meta: { id: 7 } })],
    [
      'meta.dt must be a moment such as 2026-01-31T12:00:00Z, not "yesterday"',
      event({ meta: { dt: 'yesterday' }, timestamp: null }),
    ],
    ['neither timestamp nor meta.dt says when it was', event({ timestamp: null })],
    ['timestamp 1700000000000 is not a time in seconds between 2001 and 2099', event({ timestamp: 1_700_000_000_000 })],
    [
      'meta.dt "2023-13-01T00:00:00Z" is not a time in seconds between 2001 and 2099',
      event({ timestamp: null, meta: { dt: '2023-13-01T00:00:00Z' } }),
    ],
    [
      "the message must have required property 'type'; the message must have required property 'wiki'; the message must have required property 'title'",
      '{"meta":{"domain":"canary","id":"x"}}',
    ],
  ])('%s', (reason, text) => {
    expect(() => parseWikiEdit(text, place)).toThrow(new ContractError(reason));
  });
});

test('a type may be called like a property that every object has', () => {
  expect(toWikiEdit({ ...bare, type: 'valueOf' }, place).type).toBe('valueOf');
});

test('any text and any JSON value is either an edit or a ContractError with a reason', () => {
  const anything = fc.jsonValue();
  const names = [...Object.keys(bare), 'meta', 'user', 'comment', 'bot', 'minor', 'namespace', 'length', 'revision'];
  const spoiled = fc
    .tuple(fc.constantFrom(...names), fc.oneof(anything, fc.string({ unit: 'binary' }), fc.double(), fc.nat(7)))
    .map(([name, value]) => JSON.stringify({ ...bare, [name]: value }));
  const nested = fc
    .tuple(
      fc.constantFrom('meta', 'length', 'revision'),
      fc.dictionary(fc.constantFrom('id', 'dt', 'uri', 'old', 'new'), fc.oneof(anything, fc.integer())),
    )
    .map(([name, value]) => JSON.stringify({ ...bare, [name]: value }));
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    anything.map((value) => JSON.stringify(value)),
    spoiled,
    nested,
    fc.tuple(spoiled, fc.nat()).map(([whole, at]) => whole.slice(0, at % whole.length)),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        const edit = parseWikiEdit(text, place);
        expect(Object.keys(edit).sort()).toEqual(Object.keys(normal).sort());
        for (const value of Object.values(edit)) {
          expect(value).not.toBeUndefined();
          if (typeof value === 'string') expect(value.isWellFormed()).toBe(true);
          if (typeof value === 'number') expect(Number.isSafeInteger(value)).toBe(true);
        }
        for (const name of ['id', 'wiki', 'type', 'title'] as const) expect(edit[name]).not.toBe('');
      } catch (error) {
        expect(error).toBeInstanceOf(ContractError);
        expect((error as Error).message).not.toBe('');
        expect((error as Error).message.length).toBeLessThan(2_000);
      }
    }),
    { numRuns: 2_000 },
  );
});
