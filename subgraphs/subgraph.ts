import type { GraphQLSchema } from 'graphql';
import type { Caller } from '../platform/caller.ts';
import type { Receipt } from './receipt.ts';
import type { Position } from './streams/position.ts';

/** One domain's part of the graph. */
export interface Subgraph {
  name: string;
  schema: GraphQLSchema;
  /**
   * Topics of which this subgraph serves a view, each with what resolves when the view holds everything before the
   * position, and fails when the signal is given first.
   */
  views: Record<string, (position: Position, signal: AbortSignal) => Promise<void>>;
  /** What takes the lines of NDJSON that are sent to a path of the gateway, for those who speak no GraphQL. */
  uploads?: Record<string, (lines: string[], caller: Caller) => Promise<Receipt>>;
  /** What takes a body of any size that is sent to a path, piece by piece, and answers with what it has taken of it. */
  bodies?: Record<string, (body: SentBody, caller: Caller) => Promise<object>>;
}

export interface SentBody {
  format: 'csv' | 'ndjson';
  pieces: AsyncIterable<Buffer>;
}
