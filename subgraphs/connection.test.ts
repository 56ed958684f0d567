import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TributaryError } from '../platform/errors.ts';
import { type Connection, page, pageRequest, type SortKey } from './connection.ts';

interface Row {
  name: string;
  id: number;
}
const shape: SortKey = ['name', 0];
const keyOf = ({ name, id }: Row): SortKey => [name, id];
const inOrder = (a: Row, b: Row) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id);

/** Answers as a store does: the rows after the key, one more than were asked for. */
function ask(rows: Row[], first: number, after: string | null): Connection<number> {
  const request = pageRequest(first, after, shape);
  const [name, id] = (request.after ?? ['', -1]) as [string, number];
  const found = rows.filter((row) => inOrder(row, { name, id }) > 0).sort(inOrder);
  return page(
    found.slice(0, first + 1),
    request,
    keyOf,
    (row) => row.id,
    async () => rows.length,
  );
}

function refusal(request: () => unknown): TributaryError {
  try {
    request();
  } catch (error) {
    expect(error).toBeInstanceOf(TributaryError);
    return error as TributaryError;
  }
  throw new Error('the arguments were taken');
}

describe('a page request', () => {
  test('is for 50 when `first` is left out, and for 0 to 1000 when it is not', () => {
    expect(pageRequest(undefined, undefined, shape)).toEqual({ first: 50, after: null });
    expect(pageRequest(null, null, shape)).toEqual({ first: 50, after: null });
    expect(pageRequest(0, null, shape).first).toBe(0);
    expect(pageRequest(1000, null, shape).first).toBe(1000);
    for (const first of [-1, 1001]) {
      const { code, message } = refusal(() => pageRequest(first, null, shape));
      expect([code, message]).toEqual(['BAD_USER_INPUT', `first must be between 0 and 1000, not ${first}.`]);
    }
  });

  test('takes no cursor of another list, and no text that is none', () => {
    const written = (key: unknown) => Buffer.from(JSON.stringify(key)).toString('base64url');
    const foreign = [
      [],
      ['a'],
      ['a', 1, 'b'],
      [1, 'a'],
      ['a', '1'],
      ['a', null],
      ['a', [1]],
      ['a', 1e30],
      ['a', 1.5],
      { 0: 'a', 1: 1 },
      'a1',
      7,
    ];
    for (const after of ['', 'x', '%%%', written(null), ...foreign.map(written)]) {
      const { code, message } = refusal(() => pageRequest(1, after, shape));
      expect([code, message]).toEqual([
        'BAD_USER_INPUT',
        'after is not a cursor of this list. Use an endCursor of the same field.',
      ]);
    }
    for (const place of ['', '-1', '1.5', 'abc', '12345678901234567890'])
      expect(refusal(() => pageRequest(1, written([place]), ['0'])).code).toBe('BAD_USER_INPUT');
    expect(pageRequest(1, written(['9223372036854775807']), ['0']).after).toEqual(['9223372036854775807']);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (after) => {
        try {
          expect(pageRequest(1, after, shape).after).toHaveLength(2);
        } catch (error) {
          expect((error as TributaryError).code).toBe('BAD_USER_INPUT');
        }
      }),
    );
  });
});

describe('a page', () => {
  const rows = [
    { name: 'a', id: 1 },
    { name: 'a', id: 2 },
    { name: 'b', id: 1 },
  ];

  test('tells where it begins and ends, and whether more come', () => {
    const all = ask(rows, 3, null);
    expect(all.edges.map(({ node }) => node)).toEqual([1, 2, 1]);
    expect(all.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: all.edges[0]!.cursor,
      endCursor: all.edges[2]!.cursor,
    });
    const middle = ask(rows, 1, all.edges[0]!.cursor);
    expect(middle.edges).toEqual([all.edges[1]]);
    expect(middle.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    const none = { edges: [], pageInfo: { startCursor: null, endCursor: null } };
    expect(ask(rows, 0, null)).toMatchObject({ ...none, pageInfo: { ...none.pageInfo, hasNextPage: true } });
    expect(ask([], 5, null)).toMatchObject({ ...none, pageInfo: { ...none.pageInfo, hasNextPage: false } });
  });

  test('counts only when it is asked for the count', async () => {
    let counts = 0;
    const connection = page(rows, pageRequest(5, null, shape), keyOf, keyOf, async () => ++counts);
    expect([connection.edges.length, connection.pageInfo.hasNextPage, counts]).toEqual([3, false, 0]);
    expect(await connection.totalCount).toBe(1);
  });

  test('goes on right after the last one, whatever was added, renamed or removed meanwhile', () => {
    const row = fc.record({ name: fc.string({ unit: 'grapheme', maxLength: 2 }), id: fc.nat(60) });
    const uniqueRows = fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 40 });
    const first = fc.integer({ min: 1, max: 7 });
    const edit = fc.record({ id: fc.nat(80), name: fc.option(fc.string({ unit: 'grapheme', maxLength: 2 })) });
    fc.assert(
      fc.property(uniqueRows, first, fc.array(fc.array(edit, { maxLength: 4 })), (start, size, edits) => {
        const present = new Map(start.map((one) => [one.id, one]));
        const touched = new Set<number>();
        const seen: Row[] = [];
        for (let after: string | null = null, more = true; more; ) {
          const connection: Connection<number> = ask([...present.values()], size, after);
          for (const { node } of connection.edges) seen.push(present.get(node)!);
          more = connection.pageInfo.hasNextPage;
          after = connection.pageInfo.endCursor;
          for (const { id, name } of edits.shift() ?? []) {
            touched.add(id);
            if (name === null) present.delete(id);
            else present.set(id, { id, name });
          }
        }
        const unchanged = start.filter(({ id }) => !touched.has(id)).sort(inOrder);
        expect(seen.filter(({ id }) => !touched.has(id))).toEqual(unchanged);
        expect([...seen].sort(inOrder)).toEqual(seen);
      }),
    );
  });
});
