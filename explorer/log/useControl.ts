import { useGraphiQLActions } from '@graphiql/react';
import { resumeNext } from '../fetcher.ts';
import { type Run, updateRun, useRuns } from '../runs.ts';

interface Control {
  /** Ends the subscription, but keeps its place. */
  pause(): void;
  /** Goes on right after the cursor, whether the subscription runs, is paused or is over. */
  resume(cursor: string | undefined): void;
}

/** What can be done to a subscription. */
export function useControl(run: Run): Control {
  const graphiql = useGraphiQLActions();
  const tab = useRuns(({ tab }) => tab);
  return {
    pause() {
      run.following?.stop();
      run.log?.note('paused', 'Paused');
      updateRun(tab, run.id, { state: 'paused' });
    },
    resume(cursor) {
      if (run.state !== 'over') {
        updateRun(tab, run.id, { state: 'running' });
        run.following?.resume(cursor);
      } else if (cursor !== undefined) {
        resumeNext(run, cursor);
        graphiql.run();
      }
    },
  };
}
