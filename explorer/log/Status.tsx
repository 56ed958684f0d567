import { useEffect, useReducer } from 'react';
import type { Run } from '../runs.ts';
import { counted } from '../ui/numbers.ts';
import type { EventLog } from './events.ts';

/** What the subscription does, and how much came of it. */
export function Status({ run, log }: { run: Run; log: EventLog }) {
  const { lastNote } = log;
  const waitsUntil = run.state === 'running' && lastNote?.type === 'lost' ? lastNote.retryAt : undefined;
  const secondsLeft = useSecondsUntil(waitsUntil);
  const dropped = log.dropped - log.cleared;
  const state = stateOf(run, log);
  return (
    <p className="log-status">
      <span className={`log-state log-${state.kind}`} role="status">
        {state.words}
      </span>
      {secondsLeft > 0 && <span className="number">trying again in {secondsLeft} s</span>}
      <span className="faint number">{counted(log.events, 'event')}</span>
      {dropped > 0 && <span className="faint number">{counted(dropped, 'row')} dropped from memory</span>}
    </p>
  );
}

function stateOf({ state }: Run, { lastNote }: EventLog): { kind: string; words: string } {
  if (state === 'paused') return { kind: 'paused', words: 'Paused' };
  if (state === 'over') return { kind: 'ended', words: 'Ended' };
  if (lastNote?.type === 'connected') return { kind: 'connected', words: 'Connected' };
  if (lastNote?.type === 'lost') return { kind: 'lost', words: 'Connection lost' };
  return { kind: 'lost', words: 'Connecting' };
}

function useSecondsUntil(ms: number | undefined): number {
  const [, draw] = useReducer((before: number) => before + 1, 0);
  useEffect(() => {
    if (ms === undefined) return;
    const timer = setInterval(draw, 250);
    return () => clearInterval(timer);
  }, [ms]);
  return ms === undefined ? 0 : Math.ceil((ms - Date.now()) / 1_000);
}
