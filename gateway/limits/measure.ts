import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

/** What an operation is made of, with its fragments spread. */
export interface Measure {
  depth: number;
  /** And fragments that are spread. */
  fields: number;
  aliases: number;
  directives: number;
  /** Of all that stands outside lists whose size the field around them says. */
  cost: number;
  /** Of one entry of the lists in it whose size the field around them says: the edges of a connection. */
  entry: number;
}

const nothing: Measure = { depth: 0, fields: 0, aliases: 0, directives: 0, cost: 0, entry: 0 };

/** How many entries a list is taken to have of which nobody says the size; one of buckets of time has `every`. */
const unsaid = 10;
const unsaidBuckets = 100;
/** Entries of a page when `first` is left out, as in subgraphs/connection.ts. */
const page = 50;
/** Most entries of a page: more is refused by who serves it. */
const largestPage = 1_000;
/** About what answering takes. The schema is in memory, and GraphQL itself bounds how deep a question about it goes. */
const introspection = new Map([
  ['__schema', 20_000],
  ['__type', 200],
]);

const sizes = new Set(['first', 'last', 'limit']);

/** A fragment that contains itself. */
export class Circular extends Error {
  constructor(readonly fragment: FragmentDefinitionNode) {
    super(`Cannot spread fragment "${fragment.name.value}" within itself.`);
  }
}

type Variables = Readonly<Record<string, unknown>>;

/**
 * Measures operations of one document. Each fragment is measured once, however often it is spread, so this takes time
 * in proportion to the text, and what is made of it may be any number.
 */
export class Measurer {
  readonly #schema: GraphQLSchema;
  readonly #variables: Variables;
  readonly #fragments: Map<string, FragmentDefinitionNode>;
  readonly #measured = new Map<FragmentDefinitionNode, Measure | 'under way'>();
  /** Names of the variables that say how large a list is. */
  readonly sizing = new Set<string>();
  #defaults: Variables = {};

  constructor(schema: GraphQLSchema, document: DocumentNode, variables: Variables) {
    this.#schema = schema;
    this.#variables = variables;
    this.#fragments = fragmentsOf(document);
  }

  /** @throws Circular */
  operation(operation: OperationDefinitionNode): Measure & { total: number } {
    const definitions = operation.variableDefinitions ?? [];
    this.#defaults = Object.fromEntries(
      definitions.map(({ variable, defaultValue }) => [
        variable.name.value,
        defaultValue?.kind === Kind.INT ? Number(defaultValue.value) : undefined,
      ]),
    );
    const inner = this.#selections(operation.selectionSet, this.#schema.getRootType(operation.operation) ?? undefined);
    const own = [operation, ...definitions].reduce((sum, { directives = [] }) => sum + directives.length, 0);
    return { ...inner, directives: inner.directives + own, total: inner.cost + inner.entry * unsaid };
  }

  /** @throws Circular */
  fragment(fragment: FragmentDefinitionNode): Measure {
    const known = this.#measured.get(fragment);
    if (known === 'under way') throw new Circular(fragment);
    if (known) return known;
    this.#measured.set(fragment, 'under way');
    const type = this.#schema.getType(fragment.typeCondition.name.value);
    const inner = this.#selections(fragment.selectionSet, type);
    const measure = { ...inner, directives: inner.directives + (fragment.directives?.length ?? 0) };
    this.#measured.set(fragment, measure);
    return measure;
  }

  #selections({ selections }: SelectionSetNode, type: GraphQLNamedType | undefined): Measure {
    const sum = { ...nothing };
    for (const selection of selections) {
      const part = this.#selection(selection, type);
      sum.depth = Math.max(sum.depth, part.depth);
      sum.fields += part.fields;
      sum.aliases += part.aliases;
      sum.directives += part.directives + (selection.directives?.length ?? 0);
      sum.cost += part.cost;
      sum.entry += part.entry;
    }
    return sum;
  }

  /** A fragment counts as a field wherever it is spread, because it is looked at there, whatever is in it. */
  #selection(selection: SelectionNode, type: GraphQLNamedType | undefined): Measure {
    if (selection.kind === Kind.FIELD) return this.#field(selection, type);
    let inner: Measure = nothing;
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const name = selection.typeCondition?.name.value;
      inner = this.#selections(selection.selectionSet, name === undefined ? type : this.#schema.getType(name));
    } else {
      const fragment = this.#fragments.get(selection.name.value);
      if (fragment) inner = this.fragment(fragment);
    }
    return { ...inner, fields: inner.fields + 1 };
  }

  #field(node: FieldNode, parent: GraphQLNamedType | undefined): Measure {
    const name = node.name.value;
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    const type = field && getNamedType(field.type);
    const inner = node.selectionSet
      ? this.#selections(node.selectionSet, isCompositeType(type) ? type : undefined)
      : nothing;
    const measure = {
      depth: inner.depth + 1,
      fields: inner.fields + 1,
      aliases: inner.aliases + (node.alias ? 1 : 0),
      directives: inner.directives,
    };
    const flat = introspection.get(name);
    if (flat !== undefined) return { ...measure, cost: flat + inner.fields, entry: 0 };
    const size = field && this.#size(node, field);
    const isList = isListType(getNullableType(field?.type));
    if (!isList) return { ...measure, cost: 1 + inner.cost + inner.entry * (size ?? unsaid), entry: 0 };
    const entry = node.selectionSet ? inner.cost + inner.entry * unsaid : 1;
    return size === undefined ? { ...measure, cost: 1, entry } : { ...measure, cost: 1 + entry * size, entry: 0 };
  }

  /** How many entries the arguments of a field say that it has; undefined: they say nothing. */
  #size(node: FieldNode, { args }: GraphQLField<unknown, unknown>): number | undefined {
    const sizing = args.filter(({ name }) => sizes.has(name));
    if (sizing.length === 0) return args.some(({ name }) => name === 'every') ? unsaidBuckets : undefined;
    const said = sizing.map((argument) => this.#said(node, argument)).filter((size) => size !== undefined);
    return said.length === 0 ? page : Math.max(...said);
  }

  #said(node: FieldNode, { name, defaultValue }: GraphQLArgument): number | undefined {
    const given = node.arguments?.find((argument) => argument.name.value === name)?.value;
    const value = given ? this.#value(given) : undefined;
    if (value == null) return typeof defaultValue === 'number' ? defaultValue : undefined;
    // What is no number, or too large a one, is refused by who serves it.
    return typeof value === 'number' && value >= 0 ? Math.min(value, largestPage) : largestPage;
  }

  #value(node: ValueNode): unknown {
    if (node.kind === Kind.INT) return Number(node.value);
    if (node.kind !== Kind.VARIABLE) return node.kind === Kind.NULL ? null : Number.NaN;
    const name = node.name.value;
    this.sizing.add(name);
    return Object.hasOwn(this.#variables, name) ? this.#variables[name] : this.#defaults[name];
  }
}

/**
 * How often a field is named again where it stands already, with fragments spread: so many pairs of fields are compared
 * when the document is checked. To be called for what is known to have few fields, because it visits each.
 */
export function repetitions(selectionSet: SelectionSetNode, document: DocumentNode, most: number): number {
  const fragments = fragmentsOf(document);
  let pairs = 0;
  const spread = ({ selections }: SelectionSetNode, into: Map<string, FieldNode[]>) => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const same = into.get(key);
        if (same) {
          pairs += same.length;
          same.push(selection);
        } else into.set(key, [selection]);
      } else {
        const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        if (inner) spread(inner.selectionSet, into);
      }
    }
  };
  const look = (sets: SelectionSetNode[]) => {
    const fields = new Map<string, FieldNode[]>();
    for (const set of sets) spread(set, fields);
    for (const same of fields.values()) {
      const inner = same.flatMap(({ selectionSet }) => selectionSet ?? []);
      if (inner.length > 0 && pairs <= most) look(inner);
    }
  };
  look([selectionSet]);
  return pairs;
}

export function fragmentsOf({ definitions }: DocumentNode): Map<string, FragmentDefinitionNode> {
  return new Map(
    definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
}
