import type { ExecutionResult, OperationTypeNode } from 'graphql';
import { useSyncExternalStore } from 'react';
import { create } from 'zustand';
import type { Operation } from './client.ts';
import type { Following } from './follow.ts';
import { EventLog, limits } from './log/events.ts';

/** What a tab ran last. */
export interface Run {
  /** Tells runs apart. */
  id: number;
  operation: Operation;
  type: OperationTypeNode | undefined;
  /** In milliseconds since 1970. */
  begun: number;
  /** How long the answer took, in milliseconds; undefined while it is under way, and for a subscription. */
  took?: number;
  /** The answer. Of a subscription, the log has it. */
  result?: ExecutionResult;
  /** Of a subscription alone. */
  log?: EventLog;
  following?: Following;
  state: 'running' | 'paused' | 'over';
}

interface Runs {
  /** The id of the tab that is shown. */
  tab: string;
  byTab: Record<string, Run>;
}

/** The runs of the tabs that are open. */
export const useRuns = create<Runs>()(() => ({ tab: '', byTab: {} }));

/** What the tab that is shown ran last. */
export function useRun(): Run | undefined {
  return useRuns(({ tab, byTab }) => byTab[tab]);
}

const nothing = new EventLog();

/** The log of a run, drawn again when rows come. A run without one has an empty one. */
export function useLog(run: Run | undefined): EventLog {
  const log = run?.log ?? nothing;
  useSyncExternalStore(log.subscribe, () => log.version);
  return log;
}

export function beginRun(tab: string, run: Omit<Run, 'id' | 'begun' | 'state'>): Run {
  const begun: Run = { ...run, id: nextId++, begun: Date.now(), state: 'running' };
  useRuns.setState(({ byTab }) => ({ byTab: { ...byTab, [tab]: begun } }));
  if (run.log) clearOldest(run.log);
  return begun;
}

/** Only the log of the tab that is shown grows, so all others together may hold as much as one. */
function clearOldest(growing: EventLog): void {
  const newest = Object.values(useRuns.getState().byTab).toSorted((a, b) => b.begun - a.begun);
  let held = 0;
  for (const { log } of newest) {
    if (!log || log === growing) continue;
    held += log.characters;
    if (held > limits.characters) log.clear();
  }
}

/** Changes what is known of a run, unless its tab has begun another or is closed. */
export function updateRun(tab: string, id: number, change: Partial<Run>): void {
  useRuns.setState(({ byTab }) => {
    const run = byTab[tab];
    return run?.id === id ? { byTab: { ...byTab, [tab]: { ...run, ...change } } } : {};
  });
}

/** @param open the ids of the tabs that are open; what the others ran is forgotten */
export function showTab(tab: string, open: string[]): void {
  useRuns.setState(({ byTab }) => ({
    tab,
    byTab: Object.fromEntries(Object.entries(byTab).filter(([id]) => open.includes(id))),
  }));
}

let nextId = 1;
