import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { identityOf, isSampled, outlineOf } from './outline.ts';

describe('the outline of an event', () => {
  test.each<[string, object | string, object]>([
    [
      'has its id as key',
      { meta: { id: 'a-1', dt: '2026-01-31T12:00:00.250Z', domain: 'de.example' }, title: 'T', timestamp: 5 },
      { key: 'a-1', id: 'a-1', time: Date.UTC(2026, 0, 31, 12, 0, 0, 250), isCanary: false },
    ],
    [
      'has the title as key where there is no id',
      { title: 'T', timestamp: 5 },
      { key: 'T', id: undefined, time: 5_000 },
    ],
    ['has no key where there is neither', { meta: { id: '' }, title: '' }, { key: null, time: undefined }],
    ['knows canaries', { meta: { id: 'c', domain: 'canary' } }, { isCanary: true }],
    ['knows nothing of what is no event', '[1, 2', { key: null, id: undefined, time: undefined, isCanary: false }],
    ['knows nothing of a time that is none', { meta: { dt: 'noon' } }, { time: undefined }],
  ])('%s', (_, event, expected) => {
    const data = typeof event === 'string' ? event : JSON.stringify(event);
    expect(outlineOf(data)).toMatchObject(expected);
  });

  test('can be told of any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.jsonValue().map((value) => JSON.stringify(value)),
        ),
        (data) => {
          const { key, id, time } = outlineOf(data);
          expect(key === null || key !== '').toBe(true);
          expect(id === undefined || id === key).toBe(true);
          expect(time === undefined || !Number.isNaN(time)).toBe(true);
        },
      ),
    );
  });
});

describe('the identity of an event', () => {
  test('is its meta.id, else the id that came with it, which are not taken for one another, else none', () => {
    expect(identityOf('7', 'a')).toBe(identityOf('7', 'b'));
    expect(identityOf(undefined, 'a')).not.toBe(identityOf(undefined, 'b'));
    expect(identityOf(undefined, '7')).not.toBe(identityOf('7', undefined));
    expect(identityOf(undefined, undefined)).toBeUndefined();
  });

  test('is short however long the ids are', () => {
    const long = 'x'.repeat(1 << 20);
    expect(identityOf(long, undefined)).toHaveLength(44);
    expect(identityOf(undefined, long)).toHaveLength(44);
  });
});

test('a larger sample holds the smaller one; 1 takes all, and 0 none', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.string(), share, share, (identity, one, other) => {
      expect(isSampled(identity, 1)).toBe(true);
      expect(isSampled(identity, 0)).toBe(false);
      if (isSampled(identity, Math.min(one, other))) expect(isSampled(identity, Math.max(one, other))).toBe(true);
    }),
  );
});
