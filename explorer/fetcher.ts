import type { GraphiQLProps } from 'graphiql';
import { type ExecutionResult, OperationTypeNode } from 'graphql';
import { type Operation, send } from './client.ts';
import { follow } from './follow.ts';
import { EventLog } from './log/events.ts';
import { chosenOperation } from './resume.ts';
import { beginRun, type Run, updateRun, useRuns } from './runs.ts';

type Fetcher = GraphiQLProps['fetcher'];

/** What GraphiQL asks for itself. */
const introspection = 'IntrospectionQuery';

/** The shortest time between two results that GraphiQL prints, in milliseconds. All of them are in the log. */
const printEveryMs = 250;

/** Sends what GraphiQL runs, and remembers it as the run of the tab that is shown. */
export const fetcher: Fetcher = (params, { headers } = {}) => {
  if (params.operationName === introspection) return send({ ...params, operationName: introspection, headers });
  if (again) return watch(again.run.operation, again);
  const chosen = chosenOperation(params.query, params.operationName)?.operation;
  const operation: Operation = {
    query: params.query,
    variables: params.variables ?? undefined,
    operationName: chosen ? chosen.name?.value : (params.operationName ?? undefined),
    headers,
  };
  const type = chosen?.operation;
  return type === OperationTypeNode.SUBSCRIPTION ? watch(operation) : answer(operation, type);
};

/** Can be stopped, as a promise could not: GraphiQL would print it in whichever tab is shown by then. */
function answer(operation: Operation, type: OperationTypeNode | undefined): AsyncIterableIterator<ExecutionResult> {
  const { tab } = useRuns.getState();
  const { id } = beginRun(tab, { operation, type });
  const begun = performance.now();
  const stopping = new AbortController();
  return newest((print, end) => {
    const over = (result?: ExecutionResult) =>
      updateRun(tab, id, { ...(result && { result }), took: performance.now() - begun, state: 'over' });
    send({ ...operation, extensions: { plan: true } }, stopping.signal).then(
      ({ extensions, ...result }) => {
        over({ ...result, ...(extensions && { extensions }) });
        const { plan: _, ...others } = extensions ?? {};
        print({ ...result, ...(Object.keys(others).length > 0 && { extensions: others }) });
        end();
      },
      (error) => {
        over();
        end(error);
      },
    );
    // What changes data is not cut off half way: its result stands in the run.
    return () => {
      if (type !== OperationTypeNode.MUTATION) stopping.abort();
    };
  });
}

/** What the next run is to go on with. */
interface Again {
  run: Run;
  cursor: string;
}
let again: Again | undefined;

/**
 * Has GraphiQL's next run go on right after a cursor with a subscription that is over, in its log, whatever stands in
 * the editor. It must be asked for at once: what GraphiQL refuses to run is forgotten.
 */
export function resumeNext(run: Run, cursor: string): void {
  again = { run, cursor };
  queueMicrotask(() => {
    again = undefined;
  });
}

function watch(operation: Operation, resumed?: Again): AsyncIterableIterator<ExecutionResult> {
  const { tab } = useRuns.getState();
  const log = resumed?.run.log ?? new EventLog();
  const { id } = beginRun(tab, { operation, type: OperationTypeNode.SUBSCRIPTION, log });
  return newest((print, end) => {
    const following = follow(
      operation,
      {
        told(told) {
          log.told(told);
          if (told.type === 'event') print(told.result);
        },
        ended(error) {
          log.note('ended', error ? error.message : 'The subscription has ended.');
          updateRun(tab, id, { state: 'over' });
          end(error);
        },
      },
      resumed?.cursor,
    );
    updateRun(tab, id, { following });
    return () => {
      following.stop();
      log.note('ended', 'Stopped.');
      updateRun(tab, id, { state: 'over' });
    };
  });
}

/**
 * The newest result, as often as it can be printed: what comes in between is left out.
 * @param start begins, and gives what stops it
 */
function newest(
  start: (print: (result: ExecutionResult) => void, end: (error?: Error) => void) => () => void,
): AsyncIterableIterator<ExecutionResult> {
  let waiting: ExecutionResult | undefined;
  let over: { error?: Error | undefined } | undefined;
  let wake = () => {};
  const stop = start(
    (result) => {
      const isAwaited = !waiting;
      waiting = result;
      if (isAwaited) wake();
    },
    (error) => {
      over ??= { error };
      wake();
    },
  );
  let printed = -printEveryMs;
  const tooEarlyMs = () => printed + printEveryMs - performance.now();
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      // The end is passed on at once: GraphiQL takes a run for the one that is ending until it has heard of it.
      while (!over && (!waiting || tooEarlyMs() > 0))
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (waiting) setTimeout(resolve, tooEarlyMs());
        });
      printed = performance.now();
      if (waiting) {
        const value = waiting;
        waiting = undefined;
        return { done: false, value };
      }
      if (over?.error) throw { message: over.error.message }; // of an Error GraphiQL would print the stack
      return { done: true, value: undefined };
    },
    async return() {
      if (!over) stop();
      over ??= {};
      waiting = undefined;
      wake();
      return { done: true, value: undefined };
    },
  };
}
