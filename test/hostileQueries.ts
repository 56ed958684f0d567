/** A request that is made to cost much, and what becomes of it on every transport. */
export interface Hostile {
  what: string;
  query: string;
  /** As JSON, because some can only be written as text. */
  variables?: string;
  operationName?: string;
  code: 'OPERATION_TOO_LARGE' | 'COST_LIMIT' | 'GRAPHQL_VALIDATION_FAILED' | 'GRAPHQL_PARSE_FAILED';
  /** Which limit it is beyond. */
  limit?: string;
}

const times = (count: number, text: (at: number) => string, between = ' ') =>
  Array.from({ length: count }, (_, at) => text(at)).join(between);
const letters = (at: number) =>
  at.toString(26).replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)));

/** Ten ways to ask for too much, each with the variants that pass by limits that look at one thing only. */
export const hostileQueries: Hostile[] = [
  {
    what: 'deep nesting',
    query: `{ person(id: 1) { ${'colleagues { edges { node { '.repeat(300)} id ${'} } } '.repeat(300)} } }`,
    code: 'OPERATION_TOO_LARGE',
    limit: 'depth',
  },
  {
    what: 'deep nesting through fragments',
    query: `{ person(id: 1) { ...F0 } } ${times(40, (at) => `fragment F${at} on Person { colleagues { edges { node { ...F${at + 1} } } } }`)} fragment F40 on Person { id }`,
    code: 'OPERATION_TOO_LARGE',
    limit: 'depth',
  },
  {
    what: 'lists inside lists',
    query:
      '{ people(first: 1000) { edges { node { colleagues(first: 1000) { edges { node { colleagues(first: 1000) { edges { node { id } } } } } } } } } }',
    code: 'COST_LIMIT',
    limit: 'cost',
  },
  {
    what: 'lists inside lists, of sizes in variables',
    query:
      'query ($n: Int) { people(first: $n) { edges { node { ...C } } } } fragment C on Person { colleagues(first: $n) { edges { node { employers(first: $n) { edges { node { title } } } } } } }',
    variables: '{"n": 1000}',
    code: 'COST_LIMIT',
    limit: 'cost',
  },
  {
    what: 'aliases',
    query: `{ ${times(120, (at) => `a${at}: person(id: ${at}) { id }`)} }`,
    code: 'OPERATION_TOO_LARGE',
    limit: 'aliases',
  },
  {
    what: 'fragments that double one another',
    query: `{ person(id: 1) { ...F0 } } ${times(60, (at) => `fragment F${at} on Person { ...F${at + 1} ...F${at + 1} }`)} fragment F60 on Person { id }`,
    code: 'OPERATION_TOO_LARGE',
    limit: 'fields',
  },
  {
    what: 'fragments of nothing that double one another',
    query: `{ person(id: 1) { ...F0 } } ${times(60, (at) => `fragment F${at} on Person { ...F${at + 1} ...F${at + 1} }`)}`,
    code: 'OPERATION_TOO_LARGE',
    limit: 'fields',
  },
  {
    what: 'circular fragments',
    query: `{ person(id: 1) { ...A } } fragment A on Person { ${times(300, () => 'id')} ...B } fragment B on Person { ...A }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    what: 'circular fragments that nothing uses',
    query: `{ __typename } fragment A on Person { ${times(300, () => 'id')} ...B } fragment B on Person { ...A }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    what: 'directives',
    query: `{ __typename ${times(400, () => '@skip(if: false)')} }`,
    code: 'OPERATION_TOO_LARGE',
  },
  {
    what: 'directives that are not there',
    query: `{ __typename ${times(600, (at) => `@${letters(at)}`)} }`,
    code: 'OPERATION_TOO_LARGE',
    limit: 'directives',
  },
  {
    what: 'one field, over and over',
    query: `{ people { ${times(900, () => 'totalCount')} } }`,
    code: 'OPERATION_TOO_LARGE',
    limit: 'repeats',
  },
  {
    what: 'one field with fields, over and over',
    query: `{ ${times(180, () => 'person(id: 1) { id }')} }`,
    code: 'OPERATION_TOO_LARGE',
    limit: 'repeats',
  },
  {
    what: 'a huge list of fields',
    query: `{ ${times(10_000, (at) => `f${at}`)} }`,
    code: 'OPERATION_TOO_LARGE',
    limit: 'tokens',
  },
  {
    what: 'fields that are not there',
    query: `{ ${times(990, (at) => `people${letters(at)}`)} }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    what: 'types that are not there',
    query: `query (${times(450, (at) => `$v${at}: Int${letters(at)}`)}) { __typename }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    what: 'a huge string',
    query: `{ people(name: "${'x'.repeat(500_000)}") { totalCount } }`,
    code: 'OPERATION_TOO_LARGE',
    limit: 'text',
  },
  {
    what: 'a huge list',
    query: `mutation { publishPeople(messages: [${times(20_000, () => '1', ',')}]) { accepted } }`,
    code: 'OPERATION_TOO_LARGE',
    limit: 'tokens',
  },
  {
    what: 'a deep list',
    query: `mutation { publishPeople(messages: ${'['.repeat(15_000)}${']'.repeat(15_000)}) { accepted } }`,
    code: 'OPERATION_TOO_LARGE',
    limit: 'depth',
  },
  {
    what: 'a hundred thousand variables',
    query: `query (${times(100_000, (at) => `$${letters(at)}:Int`, ',')}) { __typename }`,
    code: 'OPERATION_TOO_LARGE',
    limit: 'text',
  },
  {
    what: 'deep values of variables',
    query: 'mutation ($m: [JSON!]!) { publishPeople(messages: $m) { accepted } }',
    variables: `{"m": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    code: 'OPERATION_TOO_LARGE',
    limit: 'depth',
  },
  {
    what: 'variables of eighty thousand names',
    query: '{ __typename }',
    variables: `{${times(80_000, (at) => `"v${at}":0`, ',')}}`,
    code: 'OPERATION_TOO_LARGE',
    limit: 'names',
  },
  {
    what: 'long names',
    query: `{ ${times(20, (at) => letters(at).repeat(3_000))} }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    what: 'introspection, over and over',
    query: `{ ${times(40, (at) => `a${at}: __schema { types { name fields { name args { name type { name ofType { name } } } type { name ofType { name } } } } }`)} }`,
    code: 'COST_LIMIT',
  },
  {
    what: 'introspection in circles',
    query: `{ __schema { types { ${'fields { type { '.repeat(5)} name ${'} } '.repeat(5)} } } }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    what: 'many operations',
    query: times(500, (at) => `query Q${at} { __typename }`),
    operationName: 'Q1',
    code: 'OPERATION_TOO_LARGE',
    limit: 'tokens',
  },
];

/** The request as a client sends it: the body over HTTP, and the payload over WebSocket. */
export function bodyOf({
  query,
  variables,
  operationName,
}: Pick<Hostile, 'query' | 'variables' | 'operationName'>): string {
  const rest = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`;
  return `{"query":${JSON.stringify(query)}${variables === undefined ? '' : `,"variables":${variables}`}${rest}}`;
}
