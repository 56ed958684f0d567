import { useEffect, useMemo, useReducer } from 'react';
import type { EventLog } from './events.ts';
import { Search } from './search.ts';

/** The longest that a search keeps the page from drawing, in milliseconds. */
const sliceMs = 8;

/** A search that keeps up with its log, a slice each time it is drawn. None for no text. */
export function useSearch(log: EventLog, text: string): { search: Search | undefined; isDone: boolean } {
  const search = useMemo(() => (text ? new Search(log, text) : undefined), [log, text]);
  const [drawn, draw] = useReducer((before: number) => before + 1, 0);
  const isDone = search?.look(sliceMs) ?? true;
  // Every slice that is not the last one asks for another.
  useEffect(() => {
    if (isDone) return;
    const next = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(next);
  }, [isDone, drawn, search]);
  return { search, isDone };
}
