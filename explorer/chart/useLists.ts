import { useEffect, useMemo, useState } from 'react';
import type { Run } from '../runs.ts';
import { EventTable } from './eventTable.ts';
import { listsOf } from './lists.ts';
import type { Column } from './table.ts';

/** A list of a result as it is to be drawn now. */
export interface Drawable {
  name: string;
  columns: readonly Column[];
}

/** The lists of what a tab ran last; the events of a subscription are one. */
export function useLists(run: Run | undefined): readonly Drawable[] {
  const events = useEvents(run);
  const lists = useMemo(
    () => listsOf(run?.result?.data).map(({ name, table }) => ({ name, columns: table.columns() })),
    [run?.result],
  );
  return events ?? lists;
}

/** How often the chart of a subscription is drawn again, in milliseconds: the more rows, the less often. */
const pauseFor = (rows: number) => Math.max(250, rows / 50);

function useEvents(run: Run | undefined): readonly Drawable[] | undefined {
  const log = run?.log;
  const [drawn, setDrawn] = useState<{ log: typeof log; lists: readonly Drawable[] }>();
  useEffect(() => {
    if (!log) return;
    const events = new EventTable();
    let wait: ReturnType<typeof setTimeout> | undefined;
    const read = () => {
      wait = undefined;
      if (events.read(log)) return readLater(0); // in between, the page has its turn
      const columns = events.table.columns();
      setDrawn({ log, lists: columns.length > 0 ? [{ name: 'events', columns }] : [] });
    };
    const readLater = (ms: number) => {
      wait ??= setTimeout(read, ms);
    };
    read();
    const leave = log.subscribe(() => readLater(pauseFor(events.table.length)));
    return () => {
      leave();
      clearTimeout(wait);
    };
  }, [log]);
  return log && drawn?.log === log ? drawn.lists : log && [];
}
