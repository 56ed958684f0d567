import type { Shape } from './shape.ts';

type Data = Record<string, unknown>;

/** What is answered for data of the graph. A page also tells how to ask for the next, and how many there are. */
export function bodyOf(shape: Shape, data: unknown): object {
  if (shape.kind !== 'items') return plain(shape, data) as object;
  if (!shape.isPage) return { items: plain(shape, data) };
  const { pageInfo, totalCount } = data as {
    pageInfo: { hasNextPage: boolean; endCursor: string };
    totalCount?: number;
  };
  return { items: plain(shape, data), next: pageInfo.hasNextPage ? pageInfo.endCursor : null, total: totalCount };
}

function plain(shape: Shape, data: unknown): unknown {
  if (data === null || data === undefined) return null;
  switch (shape.kind) {
    case 'leaf':
      return data;
    case 'id':
      return (data as Data).id;
    case 'object': {
      const object: Data = {};
      for (const [name, of] of shape.fields) object[name] = plain(of, (data as Data)[name]);
      return object;
    }
    case 'items': {
      const items = shape.isPage ? (data as { edges: { node: unknown }[] }).edges.map(({ node }) => node) : data;
      return (items as unknown[]).map((item) => plain(shape.of, item));
    }
  }
}

/** The answer within the data. @returns null when something on the way to it is not there */
export function within(data: unknown, answer: string): unknown {
  return answer.split('.').reduce((value, name) => (value as Data | null)?.[name] ?? null, data ?? null);
}
