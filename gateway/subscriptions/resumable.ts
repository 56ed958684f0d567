import {
  type ArgumentNode,
  type ConstValueNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isObjectType,
  Kind,
  OperationTypeNode,
  parseType,
  print,
  type SelectionSetNode,
  type ValueNode,
  type VariableDefinitionNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import type { Start } from './shared.ts';

type Variables = Readonly<Record<string, unknown>>;

/** A subscription whose events have a cursor, in the form that is the same for all who ask the same. */
export interface Resumable {
  /** The operation, with its start in two variables and the cursor of each event under an alias of its own. */
  query: string;
  /** Whether its first event is the state at the start, which nobody may miss. */
  beginsWithState: boolean;
  /** Name of the field in the schema. */
  field: string;
  /** Under which name the events come. */
  event: string;
  /** Under which name the cursor of an event comes. */
  cursor: string;
  /**
   * Where it starts, and the variables that do not say so. @param resumeAfter a cursor that takes the place of what
   * they say. @returns undefined when a variable that must be given is missing
   */
  split(variables: Variables, resumeAfter?: string): { start: Start; others: Variables } | undefined;
  /** The variables of the operation. */
  join(start: Start, others: Variables): Variables;
}

/** The name of the federation tag of a field whose first event is the state at the start. */
const stateTag = 'begins-with-state';

/**
 * The resumable form of a valid subscription; undefined when its events have no `cursor: Cursor!`, or when a directive
 * decides whether there is an event at all.
 */
export function resumable(
  document: DocumentNode,
  operationName: string | null | undefined,
  schema: GraphQLSchema,
): Resumable | undefined {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION || operation.directives?.length) return undefined;
  const fragments = new Map(
    document.definitions
      .filter((definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  const fields = rootFields(operation.selectionSet, fragments);
  const [field] = fields ?? [];
  if (!fields || !field) return undefined;
  const definition = schema.getSubscriptionType()?.getFields()[field.name.value];
  const type = getNamedType(definition?.type);
  if (!isObjectType(type) || String(type.getFields().cursor?.type) !== 'Cursor!') return undefined;
  const typeOf = (argument: string) => definition?.args.find(({ name }) => name === argument)?.type;
  if (!typeOf('after')) return undefined;

  const cursor = freeName('cursor', fieldNames(document));
  const selections = fields.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  const isStart = ({ name }: ArgumentNode) => name.value === 'after' || name.value === 'since';
  const rest: FieldNode = {
    ...field,
    arguments: field.arguments?.filter((argument) => !isStart(argument)) ?? [],
    selectionSet: { kind: Kind.SELECTION_SET, selections: [...selections, fieldNamed('cursor', cursor)] },
  };
  const needed = reachable(rest, fragments);
  const definitions = operation.variableDefinitions ?? [];
  const kept = definitions.filter(({ variable }) => needed.variables.has(variable.name.value));
  const starts = (['after', 'since'] as const).flatMap((argument) => {
    const given = field.arguments?.find(({ name }) => name.value === argument)?.value;
    const argumentType = typeOf(argument);
    const name = freeName(argument, needed.variables);
    return argumentType ? [{ argument, given, type: String(argumentType), name }] : [];
  });
  const whole: DefinitionNode[] = [
    {
      ...operation,
      variableDefinitions: [...kept, ...starts.map(({ name, type }) => variableDefinition(name, type))],
      selectionSet: {
        kind: Kind.SELECTION_SET,
        selections: [
          {
            ...rest,
            arguments: [...(rest.arguments ?? []), ...starts.map(({ argument, name }) => passed(argument, name))],
          },
        ],
      },
    },
    ...needed.fragments,
  ];
  return {
    query: print({ kind: Kind.DOCUMENT, definitions: whole }),
    beginsWithState: hasTag(definition, stateTag),
    field: field.name.value,
    event: (field.alias ?? field.name).value,
    cursor,
    split(variables, resumeAfter) {
      const start: Start = resumeAfter === undefined ? {} : { after: resumeAfter };
      for (const { argument, given } of resumeAfter === undefined ? starts : []) {
        const value = argumentValue(given, definitions, variables);
        if (value === missing) return undefined;
        if (value != null) start[argument] = value;
      }
      const given = kept.map(({ variable }) => variable.name.value).filter((name) => Object.hasOwn(variables, name));
      return { start, others: Object.fromEntries(given.map((name) => [name, variables[name]])) };
    },
    join: (start, others) => ({
      ...others,
      ...Object.fromEntries(starts.map(({ argument, name }) => [name, start[argument]])),
    }),
  };
}

function hasTag(field: GraphQLField<unknown, unknown> | undefined, tag: string): boolean {
  const tags = field?.astNode?.directives?.filter(({ name }) => name.value === 'tag') ?? [];
  return tags.some(({ arguments: [name] = [] }) => name?.value.kind === Kind.STRING && name.value.value === tag);
}

/** The nodes of the one root field, through fragments; undefined where a directive stands on the way. */
function rootFields(
  { selections }: SelectionSetNode,
  fragments: Map<string, FragmentDefinitionNode>,
): FieldNode[] | undefined {
  const found: FieldNode[] = [];
  for (const selection of selections) {
    if (selection.directives?.length) return undefined;
    if (selection.kind === Kind.FIELD) {
      found.push(selection);
      continue;
    }
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    const fields = inner && !inner.directives?.length ? rootFields(inner.selectionSet, fragments) : undefined;
    if (!fields) return undefined;
    found.push(...fields);
  }
  return found;
}

/** The fragments and variables that a field needs. */
function reachable(field: FieldNode, fragments: Map<string, FragmentDefinitionNode>) {
  const found = new Set<FragmentDefinitionNode>();
  const variables = new Set<string>();
  const look = (node: FieldNode | FragmentDefinitionNode) =>
    visit(node, {
      Variable: ({ name }) => void variables.add(name.value),
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment || found.has(fragment)) return;
        found.add(fragment);
        look(fragment);
      },
    });
  look(field);
  return { fragments: [...found], variables };
}

function fieldNames(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(document, { Field: ({ name, alias }) => void names.add((alias ?? name).value) });
  return names;
}

function freeName(name: string, taken: Set<string>): string {
  return taken.has(name) ? freeName(`${name}_`, taken) : name;
}

const missing = Symbol('a variable without a value');

/** The value of an argument, or `missing`. */
function argumentValue(
  node: ValueNode | undefined,
  definitions: readonly VariableDefinitionNode[],
  variables: Variables,
) {
  if (node?.kind !== Kind.VARIABLE) return node && valueFromASTUntyped(node);
  const name = node.name.value;
  const definition = definitions.find(({ variable }) => variable.name.value === name);
  const value = Object.hasOwn(variables, name)
    ? variables[name]
    : definition?.defaultValue && valueFromASTUntyped(definition.defaultValue as ConstValueNode);
  return value == null && definition?.type.kind === Kind.NON_NULL_TYPE ? missing : value;
}

const nameNode = (value: string) => ({ kind: Kind.NAME as const, value });
const variableNode = (name: string) => ({ kind: Kind.VARIABLE as const, name: nameNode(name) });

function fieldNamed(name: string, alias: string): FieldNode {
  return { kind: Kind.FIELD, name: nameNode(name), ...(alias === name ? {} : { alias: nameNode(alias) }) };
}

function variableDefinition(name: string, type: string): VariableDefinitionNode {
  return { kind: Kind.VARIABLE_DEFINITION, variable: variableNode(name), type: parseType(type) };
}

function passed(argument: string, variable: string): ArgumentNode {
  return { kind: Kind.ARGUMENT, name: nameNode(argument), value: variableNode(variable) };
}
