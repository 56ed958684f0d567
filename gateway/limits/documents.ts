import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  Lexer,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  parse,
  Source,
  specifiedRules,
  TokenKind,
  type ValidationRule,
  validate,
  visit,
} from 'graphql';
import { beyond, type OperationLimits, withHttp } from './limits.ts';
import { Circular, fragmentsOf, Measurer, repetitions } from './measure.ts';

/** Texts are remembered with what is known of them, as many as the gateway's runtime remembers plans. */
const mostTexts = 1_000;
/** Of a longer text it is not remembered what stands where, which takes four times the memory of all else. */
const longestWithPlaces = 1_000;
/** Costs of one operation, by the variables that say how large its lists are. */
const mostCosts = 100;
/** Who gets more errors than these has not read the first ones. */
const maxErrors = 10;

/** What is known of the text of an operation. */
export interface Looked {
  /** Absent when it is beyond a limit that is enforced, or cannot be parsed. */
  document?: Document;
  /** Why it is not run: it is beyond a limit, or not valid. */
  errors: readonly GraphQLError[];
  /** Limits that it is beyond, and that are not enforced. */
  beyond: readonly GraphQLError[];
}

/** A document that has been parsed. */
export class Document {
  readonly #schema: GraphQLSchema;
  readonly #costs = new Map<string, number>();
  readonly #sizing = new Map<OperationDefinitionNode, Set<string>>();

  constructor(
    readonly node: DocumentNode,
    schema: GraphQLSchema,
  ) {
    this.#schema = schema;
  }

  /** The operation of the name, or the only one. */
  operation(name: unknown): OperationDefinitionNode | undefined {
    return getOperationAST(this.node, typeof name === 'string' ? name : null) ?? undefined;
  }

  /** What the operation may cost with these variables. */
  cost(operation: OperationDefinitionNode, variables: Readonly<Record<string, unknown>>): number {
    const sizing = this.#sizing.get(operation);
    const key =
      sizing && JSON.stringify([operation.name?.value, ...[...sizing].map((name) => sizeOf(variables[name]))]);
    const known = key === undefined ? undefined : this.#costs.get(key);
    if (known !== undefined) return known;
    const measurer = new Measurer(this.#schema, this.node, variables);
    const { total } = measurer.operation(operation);
    this.#sizing.set(operation, measurer.sizing);
    if (key !== undefined) {
      if (this.#costs.size >= mostCosts) this.#costs.clear();
      this.#costs.set(key, total);
    }
    return total;
  }
}

function sizeOf(value: unknown): number | string {
  return typeof value === 'number' ? value : value == null ? 'none' : 'wrong';
}

/**
 * The texts of operations: each is measured, parsed and checked once. A text beyond a limit costs about as much as
 * reading it up to there, and nothing of it is remembered.
 */
export class Documents {
  readonly #limits: OperationLimits;
  readonly #introspection: boolean;
  readonly #rules: readonly ValidationRule[];
  readonly #known = new Map<string, Looked>();
  readonly #valid = new WeakSet<DocumentNode>();
  #schema: GraphQLSchema | undefined;

  /** @param introspection whether operations may ask about the schema, and errors may suggest names of it */
  constructor(limits: OperationLimits, introspection: boolean) {
    this.#limits = limits;
    this.#introspection = introspection;
    this.#rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  }

  set schema(schema: GraphQLSchema) {
    this.#schema = schema;
    this.#known.clear();
  }

  /** Whether a document has been found valid, so that it need not be checked again. */
  isValid(node: DocumentNode): boolean {
    return this.#valid.has(node);
  }

  /** A valid document of this text, if it is remembered. */
  known(text: string): DocumentNode | undefined {
    return this.#known.get(text)?.document?.node;
  }

  look(text: string): Looked {
    const known = this.#known.get(text);
    if (known) {
      this.#known.delete(text); // the oldest stands first
      this.#known.set(text, known);
      return known;
    }
    const looked = this.#look(text);
    if (looked.errors.length === 0) {
      if (this.#known.size >= mostTexts) this.#known.delete(this.#known.keys().next().value!);
      this.#known.set(text, looked);
    }
    return looked;
  }

  #look(text: string): Looked {
    const isEnforced = this.#limits.LIMITS_MODE === 'enforce';
    const found: GraphQLError[] = [];
    try {
      if (this.#limits.LIMITS_MODE !== 'off') {
        const tooLong = textBeyond(text, this.#limits);
        if (tooLong) found.push(tooLong);
        if (isEnforced && found.length > 0) return { errors: found, beyond: [] };
      }
      const node = parse(text);
      found.push(...this.#documentBeyond(node));
      if (isEnforced && found.length > 0) return { errors: found, beyond: [] };
      const errors = validate(this.#schema!, node, this.#rules, { maxErrors }).map((error) => this.#shown(error));
      const kept = errors.length === 0 && text.length > longestWithPlaces ? parse(text, { noLocation: true }) : node;
      if (errors.length === 0) this.#valid.add(kept);
      return { document: new Document(kept, this.#schema!), errors, beyond: found };
    } catch (error) {
      if (error instanceof Circular)
        return { errors: [invalid(error.message, { nodes: [error.fragment] })], beyond: found };
      // Where depth is only measured, or not even that, a parser goes as deep as its stack.
      if (error instanceof RangeError)
        return { errors: [beyond('depth', undefined, this.#limits.LIMIT_DEPTH)], beyond: found };
      if (!(error instanceof GraphQLError)) throw error;
      return { errors: [mistake('GRAPHQL_PARSE_FAILED', error.message, error)], beyond: found };
    }
  }

  /** @throws Circular */
  #documentBeyond(node: DocumentNode): GraphQLError[] {
    const { LIMITS_MODE, LIMIT_DEPTH, LIMIT_FIELDS, LIMIT_ALIASES, LIMIT_DIRECTIVES } = this.#limits;
    if (LIMITS_MODE === 'off') return [];
    const measurer = new Measurer(this.#schema!, node, {});
    const roots = rootsOf(node);
    const parts = roots.map((root) =>
      root.kind === Kind.OPERATION_DEFINITION ? measurer.operation(root) : measurer.fragment(root),
    );
    for (const fragment of fragmentsOf(node).values()) measurer.fragment(fragment); // those that spread one another too
    const sum = (what: 'fields' | 'aliases' | 'directives') => parts.reduce((total, part) => total + part[what], 0);
    const found: [Parameters<typeof beyond>[0], number, number][] = [
      ['depth', Math.max(0, ...parts.map(({ depth }) => depth)), LIMIT_DEPTH],
      ['aliases', sum('aliases'), LIMIT_ALIASES],
      ['directives', sum('directives'), LIMIT_DIRECTIVES],
      ['fields', sum('fields'), LIMIT_FIELDS],
    ];
    const errors = found.filter(([, has, most]) => has > most);
    if (errors.length === 0) {
      const repeats = roots.reduce((total, root) => total + repetitions(root.selectionSet, node, LIMIT_FIELDS), 0);
      if (repeats > LIMIT_FIELDS) errors.push(['repeats', repeats, LIMIT_FIELDS]);
    }
    return errors.map(([limit, has, most]) => beyond(limit, has, most));
  }

  #shown(error: GraphQLError): GraphQLError {
    return invalid(this.#introspection ? error.message : error.message.replace(/ Did you mean .*\?$/s, ''), error);
  }
}

/** Longest message: names stand in it as they were sent. */
const longestMessage = 500;

function mistake(code: string, message: string, at: Pick<GraphQLError, 'nodes'> & Partial<GraphQLError>): GraphQLError {
  const { nodes, source, positions } = at;
  const text = message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message;
  return withHttp(new GraphQLError(text, { nodes, source, positions, extensions: { code } }), {
    status: 400,
    spec: true,
  });
}

function invalid(message: string, at: Parameters<typeof mistake>[2]): GraphQLError {
  return mistake('GRAPHQL_VALIDATION_FAILED', message, at);
}

/** Reads as many tokens as may be, before anything is made of them. Brackets bound how deep a parser goes. */
function textBeyond(
  text: string,
  { LIMIT_TEXT, LIMIT_TOKENS, LIMIT_DEPTH }: OperationLimits,
): GraphQLError | undefined {
  if (text.length > LIMIT_TEXT) return beyond('text', text.length, LIMIT_TEXT);
  const lexer = new Lexer(new Source(text));
  const mostOpen = 2 * LIMIT_DEPTH;
  let open = 0;
  for (let tokens = 0; ; tokens++) {
    const { kind } = lexer.advance();
    if (kind === TokenKind.EOF) return undefined;
    if (tokens >= LIMIT_TOKENS) return beyond('tokens', undefined, LIMIT_TOKENS);
    if (kind === TokenKind.BRACE_L || kind === TokenKind.BRACKET_L || kind === TokenKind.PAREN_L) open++;
    else if (kind === TokenKind.BRACE_R || kind === TokenKind.BRACKET_R || kind === TokenKind.PAREN_R) open--;
    if (open > mostOpen) return beyond('depth', undefined, LIMIT_DEPTH);
  }
}

/** What nothing else in the document spreads: its operations, and fragments that are not used, or whose name is taken. */
function rootsOf(document: DocumentNode): (OperationDefinitionNode | FragmentDefinitionNode)[] {
  const spread = new Set<string>();
  visit(document, { FragmentSpread: ({ name }) => void spread.add(name.value) });
  const fragments = fragmentsOf(document);
  return document.definitions.filter((definition) => {
    if (definition.kind === Kind.OPERATION_DEFINITION) return true;
    if (definition.kind !== Kind.FRAGMENT_DEFINITION) return false;
    const { value: name } = definition.name;
    return !spread.has(name) || fragments.get(name) !== definition;
  }) as (OperationDefinitionNode | FragmentDefinitionNode)[];
}
