import type { NodeType } from './relations.ts';

/** What a person or a company is connected with, a page at a time. */
export const questions: Record<NodeType, string> = {
  Person: `query EmployersOf($id: ID!, $employers: String) {
  person(id: $id) {
    id
    name
    employers(first: 25, after: $employers) {
      totalCount
      edges {
        node {
          title
          startDate
          endDate
          current
          company {
            id
            name
            headcount
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
`,
  Company: `query PeopleAndDealsOf($id: ID!, $employees: String, $acquisitions: String) {
  company(id: $id) {
    id
    name
    headcount
    employees(first: 25, after: $employees) {
      totalCount
      edges {
        node {
          title
          startDate
          endDate
          current
          person {
            id
            name
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
    acquisitions(first: 25, after: $acquisitions) {
      totalCount
      edges {
        node {
          merged
          acquired {
            id
            name
            headcount
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
    acquiredBy {
      merged
      acquirer {
        id
        name
        headcount
      }
    }
  }
}
`,
};

interface Connection {
  totalCount: number;
  edges: unknown[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

type Entity = Record<string, unknown>;
export type Answer = Partial<Record<'person' | 'company', Entity | null>>;

/** How far the pages of a node have been read. */
export interface Pages {
  /** Relations that no page has told yet. */
  left: number;
  /** The variables of the next question: a cursor for each list. */
  after: Record<string, string>;
}

/** @returns undefined when the graph has no such node */
export function pagesOf({ person, company }: Answer, last?: Pages): Pages | undefined {
  const entity = person ?? company;
  if (!entity) return undefined;
  const lists = Object.entries(entity).filter((entry): entry is [string, Connection] => isConnection(entry[1]));
  const total = lists.reduce((sum, [, { totalCount }]) => sum + totalCount, 0);
  const told = lists.reduce((sum, [, { edges }]) => sum + edges.length, 0);
  const cursors = lists.flatMap(([name, { pageInfo }]) => (pageInfo.endCursor ? [[name, pageInfo.endCursor]] : []));
  const isMore = lists.some(([, { pageInfo }]) => pageInfo.hasNextPage);
  return {
    left: isMore ? Math.max((last?.left ?? total) - told, 1) : 0,
    after: { ...last?.after, ...Object.fromEntries(cursors) },
  };
}

function isConnection(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'pageInfo' in value;
}
