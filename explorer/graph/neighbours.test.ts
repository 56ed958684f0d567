import { expect, it } from 'vitest';
import { pagesOf } from './neighbours.ts';

const list = (totalCount: number, told: number, endCursor: string | null, hasNextPage = endCursor !== null) => ({
  totalCount,
  edges: Array.from({ length: told }),
  pageInfo: { hasNextPage, endCursor },
});

it('goes on in every list where it stopped, until there is no more', () => {
  const first = pagesOf({ company: { id: '1', employees: list(60, 25, 'e1'), acquisitions: list(2, 2, 'a1', false) } });
  expect(first).toEqual({ left: 35, after: { employees: 'e1', acquisitions: 'a1' } });
  const second = pagesOf({ company: { employees: list(60, 25, 'e2'), acquisitions: list(2, 0, null) } }, first);
  expect(second).toEqual({ left: 10, after: { employees: 'e2', acquisitions: 'a1' } });
  const third = pagesOf({ company: { employees: list(60, 10, 'e3', false), acquisitions: list(2, 0, null) } }, second);
  expect(third?.left).toBe(0);
});

it('knows nothing of what is not there', () => expect(pagesOf({ person: null })).toBeUndefined());
