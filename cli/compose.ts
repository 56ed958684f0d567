import { composeServices } from '@theguild/federation-composition';
import { type GraphQLError, parse } from 'graphql';

export interface Composed {
  /** What the gateway plans by. */
  supergraph: string;
  /** What clients see. */
  public: string;
}

/**
 * One graph out of the subgraphs.
 * @throws Error that names, of all that does not fit together, the subgraphs and the fields
 */
export function compose(services: { name: string; sdl: string }[]): Composed {
  const result = composeServices(
    services.map(({ name, sdl }) => ({ name, typeDefs: parse(sdl), url: `http://${name}.subgraph/graphql` })),
  );
  if (result.errors)
    throw new Error(
      `The subgraphs do not compose:\n${result.errors.map((error) => describe(error, services)).join('\n')}`,
    );
  return { supergraph: `${result.supergraphSdl.trim()}\n`, public: `${result.publicSdl.trim()}\n` };
}

/** The library names subgraph and field in most of its errors; of what is no GraphQL, where it stands. */
function describe({ message, locations, extensions }: GraphQLError, services: { name: string; sdl: string }[]): string {
  const { name, sdl } = services.find(({ name }) => name === extensions.subgraphName) ?? {};
  const line = locations?.[0]?.line;
  if (!sdl || !line) return `- ${message}`;
  return `- ${message}, in schema/${name}/${name}.graphql, line ${line}: ${sdl.split('\n')[line - 1]!.trim()}`;
}
