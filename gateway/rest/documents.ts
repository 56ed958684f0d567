import { fragments, routes } from './routes.ts';

/** The document that the graph is asked: an operation with its fragments. */
export function textOf(operation: string): string {
  return [operation, ...fragmentsIn(operation)].join('\n');
}

/** The fragments that a text spreads, and those that they spread, each once. */
function fragmentsIn(text: string): Set<string> {
  const own = [...text.matchAll(/\.\.\.(\w+)/g)].map(([, name]) => fragments[name!]!);
  return new Set(own.flatMap((fragment) => [fragment, ...fragmentsIn(fragment)]));
}

/** Everything that REST asks. These documents are the product's own, and are trusted like it. */
export function restDocuments(): string[] {
  return routes.flatMap(({ operation, present }) => [textOf(operation), ...(present ? [present] : [])]);
}
