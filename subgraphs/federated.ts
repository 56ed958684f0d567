import 'reflect-metadata';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLSchema, isUnionType, parse } from 'graphql';
import { type BuildSchemaOptions, buildSchemaSync, createResolversMap, type PubSub } from 'type-graphql';
import { traceDeliveries } from '../platform/trace.ts';
import { type Access, withAccess } from './access.ts';
import type { Context } from './context.ts';
import { guard } from './guard.ts';
import { GraphQLDateTime } from './scalars.ts';

const link = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.5"
  import: ["@key", "@extends", "@shareable", "@external", "@requires", "@provides", "@inaccessible", "@tag", "@authenticated", "@requiresScopes"]
)
directive @oneOf on INPUT_OBJECT`;

/** Stands in a subscription's decorator for the stream that `streams` gives it. */
export function streamOfItsOwn(): never {
  throw new Error('this subscription was given no stream');
}

// type-graphql insists that there is one.
const unusedPubSub: PubSub = { publish() {}, subscribe: streamOfItsOwn };

export interface FederatedOptions {
  resolvers: BuildSchemaOptions['resolvers'];
  /** Types that others reach by reference alone. All others that are not reached from the resolvers are left out. */
  orphanedTypes?: BuildSchemaOptions['orphanedTypes'];
  /** The resolver objects, one for each class in `resolvers`. */
  instances: object[];
  /** The scopes that its fields need. */
  access: Access;
  /** Entities by type name: the object for a reference, which holds `id` and what is required, or null. */
  references: Record<string, (reference: never, context: Context) => unknown>;
  /** The event streams by subscription field: from the arguments to the events. */
  streams: Record<string, (args: never, context: Context) => Promise<AsyncIterator<unknown, undefined>>>;
}

/** A Federation 2 subgraph schema out of type-graphql classes. */
export function federatedSchema({
  resolvers,
  orphanedTypes = [],
  instances,
  access,
  references,
  streams,
}: FederatedOptions): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers,
    // Without it every class of the process would be in every schema.
    orphanedTypes,
    container: { get: (type) => instances.find((instance) => instance instanceof type) },
    scalarsMap: [{ type: Date, scalar: GraphQLDateTime }],
    pubSub: unusedPubSub,
    validate: false,
    skipCheck: true, // a schema that only extends others has no complete Query of its own
  });
  const map = createResolversMap(schema) as Record<string, Record<string, unknown>>;
  for (const [type, resolve] of Object.entries(references)) map[type] = { ...map[type], __resolveReference: resolve };
  // Compiled queries want the type of a union's member at once, and type-graphql's own way is asynchronous.
  for (const type of Object.values(schema.getTypeMap()))
    if (isUnionType(type)) map[type.name] = { __resolveType: (member: object) => member.constructor.name };
  for (const [field, open] of Object.entries(streams))
    map.Subscription![field] = {
      ...(map.Subscription![field] as object),
      subscribe: async (_: unknown, args: never, context: Context) =>
        traceDeliveries(`deliver ${field}`, await open(args, context)),
    };
  const typeDefs = withAccess(parse(`${link}\n${printSchemaWithDirectives(schema)}`), access);
  return guard(buildSubgraphSchema([{ typeDefs, resolvers: map as never }]));
}
