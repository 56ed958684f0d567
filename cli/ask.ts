import { type ExecutionResult, type GraphQLSchema, graphql, parse, subscribe } from 'graphql';
import type { Settings } from '../platform/config.ts';
import { createLogger } from '../platform/log.ts';
import { anybody } from '../subgraphs/identity/session.ts';
import { openSubgraphs } from '../subgraphs/roster.ts';
import { askedToStop } from './role.ts';
import { withServers } from './serverAddresses.ts';

/** Asks a subgraph in this process, so that what is said and refused is what any client is told. */
export class Asked {
  readonly #schema: GraphQLSchema;

  private constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** Lets a command ask the subgraph of this name, however often. */
  static async of<T>(settings: Settings, name: string, use: (asked: Asked) => Promise<T>): Promise<T> {
    const { subgraphs, close } = await openSubgraphs(withServers(settings), [name], createLogger(name, 'silent'));
    try {
      return await use(new Asked(subgraphs[0]!.schema));
    } finally {
      await close();
    }
  }

  async query<Data>(source: string, variables: object = {}): Promise<Data> {
    return dataOf<Data>(
      await graphql({
        schema: this.#schema,
        source,
        contextValue: { caller: anybody.caller },
        variableValues: { ...variables },
      }),
    );
  }

  /** Takes the events of a subscription until a signal. */
  async watch<Data>(source: string, variables: object, take: (event: Data) => Promise<void>): Promise<void> {
    const document = parse(source);
    const events = await subscribe({
      schema: this.#schema,
      document,
      contextValue: { caller: anybody.caller },
      variableValues: { ...variables },
    });
    if (!(Symbol.asyncIterator in events)) return void dataOf(events);
    askedToStop().then(() => events.return(undefined));
    for await (const event of events) await take(dataOf<Data>(event));
  }
}

/** One question to the subgraph of this name. */
export function ask<Data>(settings: Settings, name: string, source: string, variables?: object): Promise<Data> {
  return Asked.of(settings, name, (asked) => asked.query<Data>(source, variables));
}

function dataOf<Data>({ data, errors }: ExecutionResult): Data {
  // Fields that fail alike say the same.
  if (errors) throw new Error([...new Set(errors.map(({ message }) => message))].join('\n'));
  return data as Data;
}
