import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  valueFromASTUntyped,
  visit,
} from 'graphql';

/** The scopes of a domain; without `read`, whoever has signed in may read. */
export interface Access {
  read?: string;
  write?: string;
}

/**
 * The schema of a subgraph with the directives that say what its fields need, so that none can be forgotten:
 * `@authenticated` or `@requiresScopes` at every root field, and `@requiresScopes` at the types of a domain that is not
 * for everybody. Types of other domains, to which this one adds fields, have it at those fields.
 */
export function withAccess(document: DocumentNode, { read, write }: Access): DocumentNode {
  const [reads, writes] = [needs(read), needs(write)];
  const types = document.definitions.filter((one) => one.kind === Kind.OBJECT_TYPE_DEFINITION);
  const mutations = types.find(({ name }) => name.value === 'Mutation')?.fields ?? [];
  const receipts = new Set(mutations.map(({ type }) => nameOf(type)));
  return visit(document, {
    ObjectTypeDefinition(type): ObjectTypeDefinitionNode | undefined {
      const { name, fields = [] } = type;
      if (name.value === 'Query' || name.value === 'Subscription') return at(type, fields, reads);
      if (name.value === 'Mutation') return at(type, fields, writes);
      // Who may write may see what a mutation answers.
      if (read === undefined || has(type, 'shareable') || receipts.has(name.value)) return undefined;
      if (!isOfOthers(type)) return { ...type, directives: [...(type.directives ?? []), reads] };
      const keys = keysOf(type).flatMap(({ fields }) => String(fields).split(' '));
      const added = fields.filter((field) => !has(field, 'external') && !keys.includes(field.name.value));
      return at(type, added, reads);
    },
  });
}

function needs(scope: string | undefined): ConstDirectiveNode {
  const text = scope === undefined ? '@authenticated' : `@requiresScopes(scopes: [[${JSON.stringify(scope)}]])`;
  const [definition] = parse(`type T ${text}`, { noLocation: true }).definitions;
  return (definition as ObjectTypeDefinitionNode).directives![0]!;
}

function at(
  type: ObjectTypeDefinitionNode,
  chosen: readonly FieldDefinitionNode[],
  directive: ConstDirectiveNode,
): ObjectTypeDefinitionNode {
  const told = (field: FieldDefinitionNode) => ({ ...field, directives: [...(field.directives ?? []), directive] });
  return { ...type, fields: type.fields?.map((field) => (chosen.includes(field) ? told(field) : field)) };
}

function has({ directives }: ObjectTypeDefinitionNode | FieldDefinitionNode, name: string): boolean {
  return directives?.some((directive) => directive.name.value === name) ?? false;
}

function isOfOthers(type: ObjectTypeDefinitionNode): boolean {
  return (
    has(type, 'extends') ||
    keysOf(type).some(({ resolvable }) => resolvable === false) ||
    (type.fields ?? []).some((field) => has(field, 'external'))
  );
}

/** The arguments of its `@key` directives. */
function keysOf({ directives = [] }: ObjectTypeDefinitionNode): Record<string, unknown>[] {
  const keys = directives.filter(({ name }) => name.value === 'key');
  return keys.map(({ arguments: given = [] }) =>
    Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)])),
  );
}

function nameOf(type: FieldDefinitionNode['type']): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}
