import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TributaryError } from '../../platform/errors.ts';
import { Cursors } from './cursor.ts';
import { parseKeyRing } from './keys.ts';
import type { Scope } from './scope.ts';

const cursors = new Cursors(parseKeyRing('k1:a secret of sixteen'));
const scope: Scope = { field: 'wikiEdits', filter: { where: { wikis: ['enwiki'], bot: false } }, tenant: 'acme' };
const stream = 'wiki.edits';

const offset = fc.oneof(fc.nat(300), fc.maxSafeNat());
const positions = fc.array(offset, { maxLength: 70 });
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const scopes = fc.record({ field: name, filter: fc.jsonValue(), tenant: fc.option(name) });

function codeOf(open: () => unknown): string | undefined {
  try {
    open();
    return undefined;
  } catch (error) {
    if (error instanceof TributaryError) return error.code;
    throw error;
  }
}

describe('a cursor', () => {
  test('gives back the position, for its own stream and scope (S1)', () => {
    fc.assert(
      fc.property(positions, name, scopes, (position, own, its) => {
        expect(cursors.decode(cursors.encoder(own, its)(position), own, its)).toEqual(position);
      }),
    );
  });

  test('is refused when any character is changed, added or removed (S2)', () => {
    const character = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= ');
    fc.assert(
      fc.property(positions, fc.nat(), character, (position, place, other) => {
        const cursor = cursors.encoder(stream, scope)(position);
        const at = place % cursor.length;
        const edited = [
          cursor.slice(0, at) + other + cursor.slice(at + 1),
          cursor.slice(0, at) + other + cursor.slice(at),
          cursor.slice(0, at) + cursor.slice(at + 1),
          cursor.slice(0, at),
          cursor + other,
        ];
        for (const wrong of edited)
          if (wrong !== cursor) expect(codeOf(() => cursors.decode(wrong, stream, scope))).toBe('CURSOR_INVALID');
      }),
      { numRuns: 1_000 },
    );
  });

  test('is refused when any bit of any byte is turned (S2)', () => {
    const bytes = Buffer.from(cursors.encoder(stream, scope)([7, 300, 2 ** 40]), 'base64url');
    for (const place of bytes.keys())
      for (let bit = 0; bit < 8; bit++) {
        const edited = Buffer.from(bytes);
        edited[place]! ^= 1 << bit;
        expect(codeOf(() => cursors.decode(edited.toString('base64url'), stream, scope))).toBe('CURSOR_INVALID');
      }
    bytes[0]! += 1;
    expect(() => cursors.decode(bytes.toString('base64url'), stream, scope)).toThrow('The cursor is of version 2');
  });

  test('is foreign in every other stream, field, filter and tenant (S4)', () => {
    fc.assert(
      fc.property(positions, scopes, (position, own) => {
        const cursor = cursors.encoder(stream, own)(position);
        const moved: [string, Scope][] = [
          [`${stream}2`, own],
          [stream, { ...own, field: `${own.field}2` }],
          [stream, { ...own, tenant: `${own.tenant}2` }],
          [stream, { ...own, filter: { own: own.filter, more: 1 } }],
        ];
        for (const [where, its] of moved)
          expect(codeOf(() => cursors.decode(cursor, where, its))).toBe('CURSOR_FOREIGN');
      }),
    );
  });

  test('does not mind the order of arguments, nor whether what is absent is null (S4)', () => {
    const position = [1, 2];
    const cursor = cursors.encoder(stream, { field: 'f', filter: { a: 1, b: { c: 2, d: [3, { e: 4, f: 5 }] } } })(
      position,
    );
    const same = { b: { d: [3, { f: 5, e: 4, g: null }], c: 2, x: undefined }, y: null, a: 1 };
    expect(cursors.decode(cursor, stream, { field: 'f', filter: same, tenant: null })).toEqual(position);
    const reordered = { a: 1, b: { c: 2, d: [{ e: 4, f: 5 }, 3] } };
    expect(codeOf(() => cursors.decode(cursor, stream, { field: 'f', filter: reordered }))).toBe('CURSOR_FOREIGN');
  });

  test('of a receipt is of another kind (S6)', () => {
    const receipt = cursors.receipt(stream, [0, 5]);
    expect(cursors.readReceipt(receipt)).toEqual({ stream, position: [0, 5] });
    expect(codeOf(() => cursors.decode(receipt, stream, scope))).toBe('CURSOR_FOREIGN');
    expect(codeOf(() => cursors.readReceipt(cursors.encoder(stream, scope)([0, 5])))).toBe('CURSOR_FOREIGN');
  });

  test('outlives a change of keys, until its key is taken away (S3)', () => {
    const old = cursors.encoder(stream, scope)([9]);
    const rotated = new Cursors(parseKeyRing('k2:a secret: with colons, k1:a secret of sixteen'));
    expect(rotated.decode(old, stream, scope)).toEqual([9]);
    const renewed = rotated.encoder(stream, scope)([9]);
    const without = new Cursors(parseKeyRing('k1:a secret of sixteen'));
    expect(() => without.decode(renewed, stream, scope)).toThrow('key is no longer known');
    expect(codeOf(() => without.decode(renewed, stream, scope))).toBe('CURSOR_INVALID');
    const impostor = new Cursors(parseKeyRing('k1:a secret of someone else'));
    expect(codeOf(() => impostor.decode(old, stream, scope))).toBe('CURSOR_INVALID');
  });

  test.each([
    ['', 'Entry 1'],
    ['k1', 'Entry 1'],
    ['k1:a secret of sixteen,k 2:a secret of sixteen', 'Entry 2'],
    ['k1:short', '"k1"'],
    ['k1:a secret of sixteen,k1:a secret of sixteen', 'twice'],
  ])('key ring "%s" is refused, naming the entry', (text, named) => {
    expect(() => parseKeyRing(text)).toThrow(named);
  });
});
