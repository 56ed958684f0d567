import {
  type ConstDirectiveNode,
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql';
import type { Caller } from '../platform/caller.ts';
import { TributaryError } from '../platform/errors.ts';
import type { Context } from './context.ts';

/** What one directive asks for: all scopes of one of the lists. An empty list asks for nothing but a caller. */
type Need = readonly (readonly string[])[];

/** Whoever asks for entities by their references must have signed in, whatever they are. */
const signedIn: Need = [[]];

/**
 * Holds a subgraph's resolvers to what its schema says in `@authenticated` and `@requiresScopes`. It is done here, and
 * not in the gateway, so that no operation reaches around it. A type that needs something is guarded where its objects
 * come from: at the fields that lead to it from types that need less, and where references to it are resolved. Whatever
 * is behind costs nothing.
 */
export function guard(schema: GraphQLSchema): GraphQLSchema {
  const types = Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__'));
  for (const type of types) {
    if (!isObjectType(type)) continue;
    const needed = needsOfType(schema, type);
    for (const field of Object.values(type.getFields())) {
      const kin = [field, ...type.getInterfaces().map((parent) => parent.getFields()[field.name])];
      const own = [
        ...(field.name === '_entities' ? [signedIn] : []),
        ...kin.flatMap((one) => needsOf(one?.astNode?.directives)),
      ];
      const needs = [...own, ...without(needsOfType(schema, getNamedType(field.type)), [...own, ...needed])];
      if (needs.length > 0)
        guardField(field, type === schema.getSubscriptionType(), needs, `${type.name}.${field.name}`);
    }
    const { subgraph } = (type.extensions.apollo ?? {}) as { subgraph?: { resolveReference?: Resolve } };
    if (subgraph?.resolveReference && needed.length > 0)
      subgraph.resolveReference = later(guarded(subgraph.resolveReference, 1, needed, type.name));
  }
  return schema;
}

// biome-ignore lint/suspicious/noExplicitAny: whatever a resolver takes and gives
type Resolve = (...given: any[]) => unknown;

function guardField(field: GraphQLField<unknown, Context>, isStream: boolean, needs: Need[], where: string): void {
  if (isStream) field.subscribe = guarded(field.subscribe!, 2, needs, where);
  else field.resolve = guarded(field.resolve ?? defaultFieldResolver, 2, needs, where);
}

/** What is thrown for one reference must not fail the others. */
function later<R extends Resolve>(resolve: R): R {
  return (async (...given) => resolve(...given)) as R;
}

/** @param at which of the arguments is the context */
function guarded<R extends Resolve>(resolve: R, at: number, needs: Need[], where: string): R {
  return ((...given) => {
    refuseUnlessAllowed((given[at] as Partial<Context> | undefined)?.caller, needs, where);
    return resolve(...given);
  }) as R;
}

/** @throws TributaryError FORBIDDEN */
export function requireScope(caller: Caller, scope: string, where: string): void {
  refuseUnlessAllowed(caller, [[[scope]]], where);
}

/** @throws TributaryError UNAUTHENTICATED, FORBIDDEN */
function refuseUnlessAllowed(caller: Caller | undefined, needs: Need[], where: string): void {
  if (!caller)
    throw new TributaryError(
      'UNAUTHENTICATED',
      `${where} is for those who have signed in. Send a token or an API key.`,
    );
  const { scopes } = caller;
  if (scopes === 'all') return;
  for (const lists of needs)
    if (!lists.some((list) => list.every((scope) => scopes.includes(scope))))
      throw new TributaryError('FORBIDDEN', `${where} needs ${inWords(lists)}, which the caller does not have.`);
}

function inWords(lists: Need): string {
  const told = lists.map((list) => `the ${list.length === 1 ? 'scope' : 'scopes'} ${list.join(' and ')}`);
  return told.join(', or ');
}

function needsOfType(schema: GraphQLSchema, type: GraphQLNamedType): Need[] {
  if (isObjectType(type)) return [type, ...type.getInterfaces()].flatMap(({ astNode }) => needsOf(astNode?.directives));
  // The members of _Entity are guarded where their references are resolved.
  if (!isAbstractType(type) || type.name === '_Entity') return [];
  const [first = [], ...others] = schema.getPossibleTypes(type).map((member) => needsOfType(schema, member));
  if (others.some((needs) => without(needs, first).length > 0 || without(first, needs).length > 0))
    throw new Error(`The members of ${type.name} need different scopes. Give all of them the same.`);
  return first;
}

function needsOf(directives: readonly ConstDirectiveNode[] = []): Need[] {
  return directives.flatMap(({ name, arguments: [scopes] = [] }): Need[] => {
    if (name.value === 'authenticated') return [signedIn];
    return name.value === 'requiresScopes' ? [valueFromASTUntyped(scopes!.value) as Need] : [];
  });
}

/** Those of the needs that the others do not ask for already. */
function without(needs: Need[], others: Need[]): Need[] {
  const known = new Set(others.map((need) => JSON.stringify(need)));
  return needs.filter((need) => !known.has(JSON.stringify(need)));
}
