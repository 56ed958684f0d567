import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  separateOperations,
  visit,
} from 'graphql';

/** The name under which a cursor is asked for that the operation itself does not ask for. */
const ownCursor = 'cursorToResume';

/** A subscription that can go on after any of its events. */
export interface Resumable {
  /** The same operation, with the cursor of every event. */
  query: string;
  /** Takes the cursor out of a result; what was not asked for does not stay in it. */
  cursorOf(data: Record<string, unknown> | null | undefined): string | undefined;
  /** The operation that begins right after a cursor, wherever the text says it begins. */
  after(cursor: string): string;
}

/** @param operation a subscription of the document */
export function resumable(whole: DocumentNode, operation: OperationDefinitionNode): Resumable {
  const document = separateOperations(whole)[operation.name?.value ?? '']!;
  const [root] = rootFields(document, operation.selectionSet);
  if (!root) throw new Error('The subscription asks for no field.');
  const asked = cursorField(root.selectionSet);
  const isAdded = asked === undefined;
  const withCursor = isAdded ? replaced(document, [root], addCursor) : document;
  const key = nameOf(root);
  const cursorKey = asked ? nameOf(asked) : ownCursor;
  return {
    query: print(withCursor),
    cursorOf(data) {
      const event = data?.[key] as Record<string, unknown> | null | undefined;
      const cursor = event?.[cursorKey];
      if (isAdded && event) delete event[cursorKey];
      return typeof cursor === 'string' ? cursor : undefined;
    },
    after(cursor) {
      const fields = rootFields(withCursor, operationOf(withCursor).selectionSet);
      return print(withoutUnused(replaced(withCursor, fields, (field) => beginAfter(field, cursor))));
    },
  };
}

/** The only field of a subscription, which may stand in fragments, and in several places with a part of it in each. */
function rootFields(document: DocumentNode, { selections }: SelectionSetNode): FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    const set = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragment(document, selection.name.value);
    return set ? rootFields(document, set.selectionSet) : [];
  });
}

function cursorField(set: SelectionSetNode | undefined): FieldNode | undefined {
  return set?.selections.find(
    (selection): selection is FieldNode =>
      selection.kind === Kind.FIELD && selection.name.value === 'cursor' && !selection.directives?.length,
  );
}

function fragment({ definitions }: DocumentNode, name: string): FragmentDefinitionNode | undefined {
  return definitions.find(
    (definition): definition is FragmentDefinitionNode =>
      definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
  );
}

function operationOf({ definitions }: DocumentNode): OperationDefinitionNode {
  return definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)!;
}

function addCursor(root: FieldNode): FieldNode {
  const cursor: FieldNode = {
    kind: Kind.FIELD,
    alias: { kind: Kind.NAME, value: ownCursor },
    name: { kind: Kind.NAME, value: 'cursor' },
  };
  const selections = [...(root.selectionSet?.selections ?? []), cursor];
  return { ...root, selectionSet: { kind: Kind.SELECTION_SET, selections } };
}

function beginAfter(root: FieldNode, cursor: string): FieldNode {
  const after: ArgumentNode = {
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: 'after' },
    value: { kind: Kind.STRING, value: cursor },
  };
  const others = (root.arguments ?? []).filter(({ name }) => name.value !== 'after' && name.value !== 'since');
  return { ...root, arguments: [...others, after] };
}

function replaced(document: DocumentNode, fields: FieldNode[], by: (field: FieldNode) => FieldNode): DocumentNode {
  return visit(document, { Field: (field) => (fields.includes(field) ? by(field) : undefined) });
}

/** A variable that only said where to begin must not be declared any longer. */
function withoutUnused(document: DocumentNode): DocumentNode {
  const used = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void used.add(name.value),
  });
  return visit(document, {
    VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null),
  });
}

function nameOf({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

/**
 * The operation that is meant: right after a change of tab, GraphiQL still gives the name of the last tab's. None when
 * the text is not GraphQL; the server says what is wrong with it.
 */
export function chosenOperation(
  query: string,
  name: string | null | undefined,
): { document: DocumentNode; operation: OperationDefinitionNode } | undefined {
  try {
    const document = parse(query);
    const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
    const operation = operations.length === 1 ? operations[0] : operations.find((one) => one.name?.value === name);
    return operation && { document, operation };
  } catch {
    return undefined;
  }
}
