import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type ExecutionResult,
  execute,
  type GraphQLUnionType,
  getOperationAST,
  isObjectType,
  parse,
  subscribe,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { localExecutor } from '../gateway/executor.ts';
import type { Caller } from '../platform/caller.ts';
import { withAccess } from './access.ts';
import type { Context } from './context.ts';
import { guard } from './guard.ts';
import { subgraphSchemas } from './roster.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.5"
  import: ["@key", "@external", "@authenticated", "@requiresScopes"])`;

const asked: string[] = [];
const ask =
  <T>(what: string, answer: T) =>
  () => {
    asked.push(what);
    return answer;
  };

/** Fields that need something in every way there is, and some that need nothing. */
const schema = guard(
  buildSubgraphSchema([
    {
      typeDefs: parse(`${link}
        type Query {
          free: Free
          signed: Int @authenticated
          one: Int @requiresScopes(scopes: [["a"]])
          both: Int @requiresScopes(scopes: [["a", "b"]])
          either: Int @requiresScopes(scopes: [["a"], ["b", "c"]])
          secret: Secret
          secrets: [Secret!]
          named: Named
          any: Any
        }
        type Mutation { write: Int @requiresScopes(scopes: [["w"]]) }
        type Subscription { told: Secret @requiresScopes(scopes: [["a"]]) }
        type Free @key(fields: "id") { id: ID  text: String  hidden: String @requiresScopes(scopes: [["a"]])  secret: Secret }
        type Secret @key(fields: "id") @requiresScopes(scopes: [["s"]]) { id: ID  text: String  other: Secret  free: Free }
        interface Named { name: String @requiresScopes(scopes: [["n"]])  id: ID }
        type Thing implements Named { name: String  id: ID }
        union Any = Secret`),
      resolvers: {
        Query: {
          free: () => ({ id: 1, text: 'free', hidden: 'hidden' }),
          ...Object.fromEntries(['signed', 'one', 'both', 'either'].map((field) => [field, ask(field, 1)])),
          secret: ask('secret', { id: 2, text: 'secret', other: { id: 3, text: 'other' }, free: { hidden: 'h' } }),
          secrets: ask('secrets', [{ text: 'secret' }]),
          named: () => ({ id: 4, name: 'name', __typename: 'Thing' }),
          any: ask('any', { __typename: 'Secret', text: 'secret' }),
        },
        Mutation: { write: ask('write', 1) },
        Subscription: {
          told: {
            subscribe: async function* () {
              asked.push('told');
              yield { told: { text: 'told' } };
            },
          },
        },
        Free: {
          secret: ask('free.secret', { text: 'secret' }),
          __resolveReference: ask('Free', { id: 1, text: 'free', hidden: 'hidden' }),
        },
        Secret: { __resolveReference: ask('Secret', { id: 2, text: 'secret' }) },
      },
    },
  ]),
);

const callerWith = (...scopes: string[]): Caller => ({ subject: 'ada', tenant: 'acme', scopes });
const everything: Caller = { ...callerWith(), scopes: 'all' };

/** What is answered, interpreted and compiled alike: data, the code at each path, and what was asked of a store. */
async function answer(query: string, caller: Caller | undefined) {
  const document = parse(query);
  const context = { caller } as Context;
  const { operation } = getOperationAST(document)!;
  const ways = [
    () => execute({ schema, document, contextValue: context }),
    () => localExecutor(schema, () => undefined)({ document, context, operationType: operation }),
  ];
  const [interpreted, compiled] = await Promise.all(
    ways.map(async (run) => {
      asked.length = 0;
      const { data, errors = [] } = (await run()) as ExecutionResult;
      const codes = errors.map(({ path, originalError, extensions }) => {
        const code = (originalError as { code?: string } | undefined)?.code ?? extensions.code;
        return `${path?.join('.')} ${code}`;
      });
      return { data: JSON.parse(JSON.stringify(data)), codes: codes.sort() };
    }),
  );
  expect(compiled).toEqual(interpreted);
  return { ...interpreted!, asked: [...asked] };
}

describe('a field is null, with a code, for who lacks what it needs, and nothing is asked for it', () => {
  test.each<[string, string[] | undefined, object, string[]]>([
    ['{ signed }', undefined, { signed: null }, ['signed UNAUTHENTICATED']],
    ['{ signed }', [], { signed: 1 }, []],
    ['{ one both either }', ['a'], { one: 1, both: null, either: 1 }, ['both FORBIDDEN']],
    ['{ one both either }', ['b', 'c'], { one: null, both: null, either: 1 }, ['both FORBIDDEN', 'one FORBIDDEN']],
    ['{ one both either }', ['b', 'a'], { one: 1, both: 1, either: 1 }, []],
    ['{ a: one ...F } fragment F on Query { b: one }', [], { a: null, b: null }, ['a FORBIDDEN', 'b FORBIDDEN']],
    ['{ one @skip(if: true) signed }', [], { signed: 1 }, []],
    ['{ free { id text hidden } }', [], { free: { id: '1', text: 'free', hidden: null } }, ['free.hidden FORBIDDEN']],
    ['{ free { ... on Free { h: hidden } } }', ['a'], { free: { h: 'hidden' } }, []],
    [
      '{ secret { text } secrets { text } }',
      [],
      { secret: null, secrets: null },
      ['secret FORBIDDEN', 'secrets FORBIDDEN'],
    ],
    ['{ secret { __typename } }', [], { secret: null }, ['secret FORBIDDEN']],
    ['{ secret { text other { text } } }', ['s'], { secret: { text: 'secret', other: { text: 'other' } } }, []],
    ['{ secret { free { hidden } } }', ['s'], { secret: { free: { hidden: null } } }, ['secret.free.hidden FORBIDDEN']],
    ['{ free { secret { text } } }', ['a'], { free: { secret: null } }, ['free.secret FORBIDDEN']],
    ['{ named { id name } }', [], { named: { id: '4', name: null } }, ['named.name FORBIDDEN']],
    ['{ named { ... on Thing { name } } }', [], { named: { name: null } }, ['named.name FORBIDDEN']],
    ['{ any { ... on Secret { text } } }', [], { any: null }, ['any FORBIDDEN']],
    ['{ any { __typename } }', ['s'], { any: { __typename: 'Secret' } }, []],
    ['mutation { write }', ['a', 's'], { write: null }, ['write FORBIDDEN']],
    ['mutation { write }', ['w'], { write: 1 }, []],
    ['{ __typename _service { sdl } __schema { queryType { name } } }', [], expect.anything(), []],
  ])('%s with %j', async (query, scopes, data, codes) => {
    const told = await answer(query, scopes && callerWith(...scopes));
    expect(told).toMatchObject({ data, codes });
    const refused = codes.map((code) => code.split(' ')[0]);
    for (const what of told.asked) expect(refused).not.toContain(what);
    expect((await answer(query, everything)).codes).toEqual([]);
  });

  test.each<[string, string[] | undefined, unknown, string[]]>([
    ['Free { text hidden }', undefined, null, ['_entities UNAUTHENTICATED']],
    ['Free { text hidden }', [], [{ text: 'free', hidden: null }], ['_entities.0.hidden FORBIDDEN']],
    ['Secret { text }', ['a'], [null], ['_entities.0 FORBIDDEN']],
    ['Secret { text }', ['s'], [{ text: 'secret' }], []],
  ])('an entity by its reference: %s with %j', async (selection, scopes, entities, codes) => {
    const [type] = selection.split(' ');
    const query = `{ _entities(representations: [{ __typename: "${type}", id: 1 }]) { ... on ${selection} } }`;
    const told = await answer(query, scopes && callerWith(...scopes));
    if (entities === null) expect(told.codes).toEqual(codes);
    else expect(told).toMatchObject({ data: { _entities: entities }, codes });
    expect(told.asked).toHaveLength(codes[0]?.endsWith('hidden FORBIDDEN') || codes.length === 0 ? 1 : 0);
  });

  test('a subscription does not begin', async () => {
    const begin = async (caller: Caller | undefined) => {
      asked.length = 0;
      return subscribe({ schema, document: parse('subscription { told { text } }'), contextValue: { caller } });
    };
    for (const [caller, code] of [
      [undefined, 'UNAUTHENTICATED'],
      [callerWith('a'), 'FORBIDDEN'], // an event holds a Secret
      [callerWith('s'), 'FORBIDDEN'],
    ] as const) {
      expect(await begin(caller)).toMatchObject({ errors: [{ originalError: { code } }] });
      expect(asked).toEqual([]);
    }
    const events = (await begin(callerWith('a', 's'))) as AsyncIterator<ExecutionResult>;
    expect((await events.next()).value).toEqual({ data: { told: { text: 'told' } } });
  });
});

test('who is refused is told what is missing', async () => {
  const told = async (query: string, caller?: Caller) =>
    (await execute({ schema, document: parse(query), contextValue: { caller } })).errors![0]!.message;
  expect(await told('{ both }', callerWith())).toBe(
    'Query.both needs the scopes a and b, which the caller does not have.',
  );
  expect(await told('{ either }', callerWith())).toBe(
    'Query.either needs the scope a, or the scopes b and c, which the caller does not have.',
  );
  expect(await told('{ signed }')).toBe('Query.signed is for those who have signed in. Send a token or an API key.');
});

test('what needs nothing, and what is behind something that needs as much, is left as it is', () => {
  const resolverOf = (type: string, field: string) => {
    const found = schema.getType(type);
    return isObjectType(found) ? found.getFields()[field]!.resolve : undefined;
  };
  for (const field of ['text', 'other', 'free']) expect(resolverOf('Secret', field)).toBeUndefined();
  expect(resolverOf('Free', 'text')).toBeUndefined();
  expect(resolverOf('Free', 'hidden')).toBeDefined();
});

test('members of a union that need different things are a mistake', () => {
  const mixed = `${link} type Query { any: Any } union Any = A | B  type A { a: Int }
    type B @requiresScopes(scopes: [["b"]]) { b: Int }`;
  expect(() => guard(buildSubgraphSchema([{ typeDefs: parse(mixed) }]))).toThrow('The members of Any need different');
});

test('access says what the root fields, the types of a domain and fields at those of others need', () => {
  const text = `type Query { item: Item }  type Mutation { save: Answer }  type Subscription { saved: Item }
    type Item @key(fields: "id") { id: ID }  type Answer { item: Item }  type Page @shareable { end: Int }
    type Other @key(fields: "id") { id: ID  name: String @external  items: [Item] }
    type Stub @key(fields: "id", resolvable: false) { id: ID }`;
  const needs = (access: Parameters<typeof withAccess>[1]) => {
    const found: string[] = [];
    for (const type of withAccess(parse(text), access).definitions)
      if (type.kind === 'ObjectTypeDefinition')
        for (const [where, { directives = [] }] of [
          [type.name.value, type],
          ...(type.fields ?? []).map((field) => [`${type.name.value}.${field.name.value}`, field] as const),
        ] as const)
          for (const { name, arguments: [scopes] = [] } of directives)
            if (name.value === 'authenticated') found.push(`${where} signed in`);
            else if (name.value === 'requiresScopes')
              found.push(
                `${where} ${scopes!.value.kind === 'ListValue' && JSON.stringify(scopes!.value).match(/[rw]:x/)?.[0]}`,
              );
    return found;
  };
  expect(needs({})).toEqual(['Query.item signed in', 'Mutation.save signed in', 'Subscription.saved signed in']);
  expect(needs({ read: 'r:x', write: 'w:x' })).toEqual([
    ...['Query.item r:x', 'Mutation.save w:x', 'Subscription.saved r:x', 'Item r:x', 'Other.items r:x'],
  ]);
});

describe('in the graph', () => {
  const shared = new Set(['people', 'wiki']);
  const roots = Object.entries(subgraphSchemas()).flatMap(([name, schema]) =>
    [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
      Object.values(type?.getFields() ?? {})
        .filter((field) => field.name !== '_service')
        .map((field) => ({ name, type: type!.name, field })),
    ),
  );

  test.each(roots.map((root) => [`${root.type}.${root.field.name} of ${root.name}`, root] as const))(
    '%s is for who has signed in, and has the scope',
    (_, { name, type, field }) => {
      const run = (caller: Caller | undefined) => () =>
        (type === 'Subscription' ? field.subscribe : field.resolve)!({}, {}, { caller }, {} as never);
      expect(run(undefined)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
      const scope = type === 'Mutation' ? `${name}:write` : `${name}:read`;
      if (field.name === '_entities' || (shared.has(name) && type !== 'Mutation')) return;
      const others = ['people', 'wiki', 'occupancy', 'air', 'menu'].flatMap((one) => [`${one}:read`, `${one}:write`]);
      const refused = expect.objectContaining({ code: 'FORBIDDEN', message: expect.stringContaining(scope) });
      expect(run(callerWith(...others.filter((one) => one !== scope)))).toThrow(refused);
    },
  );

  test('an entity of tenants, and what is added to one of others, needs the scope', async () => {
    const fields: Record<string, Record<string, string>> = {
      occupancy: {
        ...{ Space: 'name', Doorway: 'name', Dpu: 'mounts { from }' },
        ...{ Station: 'spaces { id }', Company: 'spaces { id }' },
      },
      air: { Station: 'city', Space: 'airQuality { aqiUs }' },
      menu: { Term: 'text', Company: 'brandMentions' },
    };
    const facts = 'id: "1", name: "n", latitude: 1, longitude: 1';
    for (const [name, schema] of Object.entries(subgraphSchemas())) {
      if (shared.has(name)) continue;
      const entity = schema.getType('_Entity') as GraphQLUnionType | undefined;
      for (const { name: type } of entity?.getTypes() ?? []) {
        const field = fields[name]?.[type];
        if (field === undefined && type === 'Company') continue; // tells its id alone
        const query = `{ _entities(representations: [{ __typename: "${type}", ${facts} }]) { ... on ${type} { ${field} } } }`;
        const contextValue = { caller: callerWith('people:read', 'air:write') };
        const { errors } = await execute({ schema, document: parse(query), contextValue });
        expect(errors?.map(({ message }) => message)).toEqual([expect.stringContaining(`the scope ${name}:read`)]);
      }
    }
  });
});
