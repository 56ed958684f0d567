import type { ExecutionRequest } from '@graphql-tools/utils';
import { messageOf, TributaryError } from '../platform/errors.ts';
import type { Streams } from '../subgraphs/streams/stream.ts';
import type { Subgraph } from '../subgraphs/subgraph.ts';

/**
 * Read your own writes: a query with a Read-After header, whose value is the position of a receipt, waits until the
 * view it reads has applied what the mutation wrote. Only the subgraph that serves this view waits.
 */
export function readAfter(streams: Streams, timeoutMs: number) {
  return (subgraph: Subgraph) =>
    (request: ExecutionRequest): Promise<void> | undefined => {
      const header = headerOf(request.context);
      if (!header) return undefined;
      const { topic, position } = streams.readReceipt(header);
      const signal = AbortSignal.timeout(timeoutMs);
      return subgraph.views[topic]?.(position, signal).catch((cause) => {
        if (!signal.aborted) throw cause;
        throw new TributaryError(
          'READ_AFTER_TIMEOUT',
          `The view of ${topic} has not reached the Read-After position within ${timeoutMs} ms. The write is safe; ask again later.`,
          {},
          { cause: messageOf(cause) },
        );
      });
    };
}

interface RequestContext {
  request?: Request;
  connectionParams?: Record<string, unknown>;
}

function headerOf(context: RequestContext | undefined): string | undefined {
  const said = context?.request?.headers?.get('read-after') ?? context?.connectionParams?.['Read-After'];
  return said == null ? undefined : String(said);
}
