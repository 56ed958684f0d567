import {
  type FragmentDefinitionNode,
  type GraphQLOutputType,
  type GraphQLScalarType,
  getNullableType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';

/** What a selection becomes in a body, so that the body and its description are made of the same. */
export type Shape = { nullable: boolean; description?: string | undefined } & (
  | { kind: 'leaf'; scalar: string; values?: string[] | undefined }
  /** An object of which only the id is selected is its id. */
  | { kind: 'id' }
  | { kind: 'object'; name?: string | undefined; fields: Map<string, Shape> }
  /** A list, or a page of a connection. */
  | { kind: 'items'; isPage: boolean; of: Shape }
);

/** The shape of what an operation selects of a type. @throws Error for a selection that has none */
export function shapeOf(
  type: GraphQLOutputType,
  selection: SelectionSetNode | undefined,
  fragments: Map<string, FragmentDefinitionNode>,
): Shape {
  const nullable = !isNonNullType(type);
  const inner = getNullableType(type);
  if (isListType(inner))
    return { nullable, kind: 'items', isPage: false, of: shapeOf(inner.ofType, selection, fragments) };
  if (isLeafType(inner)) {
    const values = isEnumType(inner) ? inner.getValues().map(({ name }) => name) : undefined;
    return { nullable, kind: 'leaf', scalar: (inner as GraphQLScalarType).name, values };
  }
  if (!isObjectType(inner) || !selection) throw new Error(`REST knows no form for ${inner}.`);
  const [first, ...others] = selection.selections;
  if (first?.kind === Kind.FRAGMENT_SPREAD && others.length === 0) {
    const fragment = fragments.get(first.name.value)!;
    return { ...shapeOf(inner, fragment.selectionSet, fragments), nullable, name: first.name.value } as Shape;
  }
  const fields = new Map<string, Shape>();
  for (const field of selection.selections) {
    if (field.kind !== Kind.FIELD) throw new Error(`A selection of REST is fields, or one fragment; see ${inner}.`);
    const { type, description } = inner.getFields()[field.name.value]!;
    const shape = shapeOf(type, field.selectionSet, fragments);
    fields.set((field.alias ?? field.name).value, { ...shape, description: description ?? undefined });
  }
  const edges = fields.get('edges');
  if (edges?.kind === 'items' && edges.of.kind === 'object')
    return { nullable, kind: 'items', isPage: true, of: edges.of.fields.get('node')! };
  if (fields.size === 1 && fields.has('id')) return { nullable, kind: 'id' };
  return { nullable, kind: 'object', fields };
}
