/** How many spaces are shown at once. */
export const pageSize = 200;

export const spacesQuery = `query FloorSpaces($after: String) {
  spaces(first: ${pageSize}, after: $after) {
    totalCount
    edges { node {
      id name latitude longitude
      company { id }
      doorways { id name ingress { id name } egress { id name } mounts { from to dpu { id } } }
      count { value inferred drift }
    } }
    pageInfo { hasNextPage endCursor }
  }
}`;

export interface Count {
  value: number;
  inferred: boolean;
  drift: boolean;
}

export interface Doorway {
  id: string;
  name: string;
  ingress: { id: string; name: string };
  egress: { id: string; name: string } | null;
  mounts: { from: string; to: string | null; dpu: { id: string } }[];
}

export interface Space {
  id: string;
  name: string;
  latitude: number | null;
  longitude: number | null;
  company: { id: string } | null;
  doorways: Doorway[];
  count: Count;
}

export interface Page<Node> {
  spaces: {
    totalCount: number;
    edges: { node: Node }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

export const seriesQuery = `query FloorSeries($after: String, $from: DateTime!, $to: DateTime!, $every: String!) {
  spaces(first: ${pageSize}, after: $after) {
    edges { node { id series(from: $from, to: $to, every: $every) { start entered left value min max } } }
  }
}`;

export interface Bucket {
  start: string;
  entered: number;
  left: number;
  /** At the end of the bucket. */
  value: number;
  min: number;
  max: number;
}

export interface Series {
  spaces: { edges: { node: { id: string; series: Bucket[] } }[] };
}

export const countsQuery = `query FloorCounts($after: String) {
  spaces(first: ${pageSize}, after: $after) { edges { node { id count { value inferred drift } } } }
}`;

export interface Counts {
  spaces: { edges: { node: { id: string; count: Count } }[] };
}

export const countSubscription = `subscription FloorCount($space: ID!) {
  spaceCount(space: $space) { cursor count { value inferred drift } }
}`;

/** By itself, so that the plan stands when the store of companies does not answer. */
export const companyQuery = `query FloorCompany($company: ID!) { company(id: $company) { name } }`;

export interface Company {
  company: { name: string | null } | null;
}

/** What "Ask about it" opens. */
export const spaceQuery = `query Space($space: ID!, $from: DateTime!, $to: DateTime!, $every: String!) {
  space(id: $space) {
    name
    count {
      value
      at
      inferred
      drift
    }
    series(from: $from, to: $to, every: $every) {
      start
      entered
      left
      value
      min
      max
    }
    doorways {
      name
      ingress {
        name
      }
      egress {
        name
      }
    }
  }
}
`;
