import fc from 'fast-check';
import {
  buildSchema,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { expect, test } from 'vitest';
import { fragmentsOf, Measurer, repetitions } from './measure.ts';

const schema = buildSchema(`
  type Query { thing: Thing things(first: Int): Things top(first: Int = 7): [Thing!]! every(every: String): [Thing!]! }
  type Thing { name: String parts: [Thing] tags: [String!]! near(last: Int, limit: Int): [Thing] things(first: Int): Things self: Thing }
  type Things { edges: [Edge!]! nodes: [Thing!]! totalCount: Int }
  type Edge { node: Thing! }`);

const measured = (query: string, variables = {}) => {
  const document = parse(query);
  return new Measurer(schema, document, variables).operation(document.definitions[0] as OperationDefinitionNode);
};

test.each<[number, string, object?]>([
  [1, '{ thing }'],
  [2, '{ thing { name } }'],
  [3, '{ thing { name __typename } }'],
  // A list of which nobody says the size counts ten times, here the parts: 1 + (1 + 10 × 1).
  [12, '{ thing { parts { name } } }'],
  [112, '{ thing { parts { parts { name } } } }'],
  [12, '{ thing { tags } }'],
  // The size of a connection is that of its edges: 1 + (1 + 3 × (1 + 1)).
  [8, '{ things(first: 3) { edges { node { name } } } }'],
  [12, '{ things(first: 3) { edges { node { name } } nodes { name } } }'],
  [102, '{ things { edges { node { name } } } }'],
  [8, '{ top { name } }'],
  [4, '{ top(first: 3) { name } }'],
  [101, '{ every(every: "PT1M") { name } }'],
  [1, '{ things(first: 0) }'],
  [6, 'query ($n: Int) { top(first: $n) { name } }', { n: 5 }],
  [5, 'query ($n: Int = 4) { top(first: $n) { name } }'],
  [8, 'query ($n: Int = 4) { top(first: $n) { name } }', { n: null }],
  // What is no size, or too large a one, is taken for the largest: who serves it refuses it.
  [1_001, '{ top(first: 2000000000) { name } }'],
  [1_001, 'query ($n: Int) { top(first: $n) { name } }', { n: 'many' }],
  [1_001, '{ top(first: -1) { name } }'],
  [1 + 1 + 8, '{ thing { near(last: 2, limit: 8) { name } } }'],
  [20_002, '{ __schema { types { name } } }'],
])('a cost of %i: %s', (cost, query, variables) => {
  expect(measured(query, variables).total).toBe(cost);
});

/** Selections that spread only fragments after them, so that nothing is circular. */
const selections = (fragment: number): fc.Arbitrary<string> => {
  const { selection } = fc.letrec<{ selection: string; inner: string }>((tie) => ({
    inner: fc.array(tie('selection'), { minLength: 1, maxLength: 3 }).map((all) => `{ ${all.join(' ')} }`),
    selection: fc.oneof(
      { maxDepth: 3, depthIdentifier: `d${fragment}` },
      fc.constantFrom('name', 'a: name', 'name @skip(if: false)', 'tags'),
      ...(fragment < 4 ? [fc.integer({ min: fragment + 1, max: 4 }).map((at) => `...F${at}`)] : []),
      tie('inner').map((inner) => `self ${inner}`),
      tie('inner').map((inner) => `parts ${inner}`),
      tie('inner').map((inner) => `b: near(last: 3) ${inner}`),
      tie('inner').map((inner) => `... on Thing @include(if: true) ${inner}`),
      tie('inner').map((inner) => `things(first: 2) { edges { node ${inner} } }`),
    ),
  }));
  return fc.array(selection, { minLength: 1, maxLength: 4 }).map((all) => `{ ${all.join(' ')} }`);
};

const documents = fc
  .tuple(...[0, 1, 2, 3, 4].map(selections))
  .map(
    ([root, ...fragments]) =>
      `{ thing ${root} } ${fragments.map((inner, at) => `fragment F${at + 1} on Thing ${inner}`).join(' ')}`,
  );

/** The document with each fragment written out where it is spread. */
function spreadOut(document: DocumentNode): DocumentNode {
  const fragments = fragmentsOf(document);
  const within = (set: SelectionSetNode): SelectionSetNode => ({
    ...set,
    selections: set.selections.map((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const { typeCondition, selectionSet } = fragments.get(selection.name.value)!;
        return { ...selection, kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet: within(selectionSet) };
      }
      return selection.selectionSet
        ? { ...selection, selectionSet: within(selection.selectionSet) }
        : (selection as FieldNode);
    }),
  });
  const [operation] = document.definitions as OperationDefinitionNode[];
  return { ...document, definitions: [{ ...operation!, selectionSet: within(operation!.selectionSet) }] };
}

test('fragments count as if they were written out wherever they are spread', () => {
  fc.assert(
    fc.property(documents, (query) => {
      const document = parse(query);
      const whole = spreadOut(document);
      const [one, other] = [document, whole].map((node) =>
        new Measurer(schema, node, {}).operation(node.definitions[0] as OperationDefinitionNode),
      );
      expect(one).toEqual(other);
      const [operation] = document.definitions as OperationDefinitionNode[];
      const [same] = whole.definitions as OperationDefinitionNode[];
      const pairs = repetitions(operation!.selectionSet, document, 1e6);
      expect(pairs).toBe(repetitions(same!.selectionSet, whole, 1e6));
    }),
  );
});

test('fragments that double one another a thousand times over are measured at once', () => {
  const fragments = Array.from(
    { length: 1_000 },
    (_, at) => `fragment F${at} on Thing { ...F${at + 1} ...F${at + 1} }`,
  );
  const begun = performance.now();
  const { fields, total } = measured(`{ thing { ...F0 } } ${fragments.join(' ')} fragment F1000 on Thing { name }`);
  expect([fields > 1e300, total > 1e300]).toEqual([true, true]);
  expect(performance.now() - begun).toBeLessThan(500);
});
