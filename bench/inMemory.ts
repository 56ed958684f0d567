import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildASTSchema,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  type GraphQLUnionType,
  isObjectType,
  parse,
  printSchema,
} from 'graphql';
import { createYoga } from 'graphql-yoga';
import { type GatewayOptions, openGateway } from '../gateway/gateway.ts';
import { readSettings } from '../platform/config.ts';
import { createLogger } from '../platform/log.ts';
import { projectRoot } from '../platform/root.ts';
import { batched } from '../subgraphs/batch.ts';
import type { Subgraph } from '../subgraphs/subgraph.ts';

/*
 * The graph with its answers in memory, so that nothing is measured but how they are brought together: through the
 * gateway, each field from the subgraph that has it in the product, and as one schema.
 */

/** How many entities are joined. */
const many = 50;

/** Operations by name. */
export const operations = {
  'one subgraph': '{ company(id: "7") { id name headcount } }',
  'join of 50 entities over three subgraphs': `{
    companies(first: ${many}) {
      edges { node { id name headcount brandMentions wikiEdits(first: 1) { edges { node { id title } } } } }
    }
  }`,
};

interface Company {
  id: string;
  name: string;
  headcount: number;
}
const companies = Array.from({ length: many }, (_, n): Company => ({ id: `${n}`, name: `Company ${n}`, headcount: n }));

type Resolvers = Record<string, Record<string, GraphQLFieldResolver<never, unknown>>>;

/** What a store answers to the questions of a tick, gathered as in the product. */
const asked = <Row extends object>(row: (name: string) => Row) =>
  batched(async (owners: string[], _: object) => owners.map((owner) => ({ owner, ...row(owner) })));
const mentions = asked((name) => ({ items: name.length }));
const edits = asked((name) => ({ id: `edit of ${name}`, title: name }));

/** What each subgraph knows. */
const known: Record<string, Resolvers> = {
  people: {
    Query: {
      company: (_, { id }) => companies[id],
      companies: (_, { first }) => ({ edges: companies.slice(0, first).map((node) => ({ node })) }),
    },
  },
  wiki: {
    Company: {
      wikiEdits: async ({ name }: Company) => ({ edges: (await edits(name, {})).map((node) => ({ node })) }),
    },
  },
  menu: { Company: { brandMentions: async ({ name }: Company) => (await mentions(name, {}))[0]!.items } },
};

/** Both are made of the product's own schemas, so that they differ in nothing else. */
function resolved(schema: GraphQLSchema, resolvers: Resolvers): GraphQLSchema {
  for (const [type, fields] of Object.entries(resolvers)) {
    const found = schema.getType(type);
    for (const [field, resolve] of Object.entries(fields))
      if (isObjectType(found)) found.getFields()[field]!.resolve = resolve as GraphQLFieldResolver<unknown, unknown>;
  }
  return schema;
}

function subgraphs(): Subgraph[] {
  return Object.entries(known).map(([name, resolvers]) => {
    const text = readFileSync(join(projectRoot, 'schema', name, `${name}.graphql`), 'utf8');
    const schema = buildASTSchema(parse(text), { assumeValidSDL: true });
    (schema.getType('_Entity') as GraphQLUnionType).resolveType = ({ __typename }) => __typename;
    const entities: Resolvers = {
      Query: { ...resolvers.Query, _entities: (_, { representations }) => representations },
    };
    return { name, schema: resolved(schema, { ...resolvers, ...entities }), views: {} };
  });
}

/** The product's gateway over subgraphs in memory. */
export function inMemoryGateway() {
  const streams = {} as GatewayOptions['streams']; // nobody subscribes
  return openGateway({
    ...{ subgraphs: subgraphs(), streams, readAfterTimeoutMs: 1_000, limits: readSettings({}) },
    log: createLogger('bench', 'silent'),
  });
}

/** @param api what clients of the gateway see */
export function oneSchema(api: GraphQLSchema): GraphQLSchema {
  return Object.values(known).reduce(resolved, buildASTSchema(parse(printSchema(api))));
}

/** One schema in the server that the gateway's runtime is built on. */
export function oneServer(schema: GraphQLSchema) {
  return createYoga({ schema, logging: false, graphiql: false, landingPage: false });
}
