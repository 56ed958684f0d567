import { Button } from '@graphiql/react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, memo, useLayoutEffect, useRef, useState } from 'react';
import { timeOfDay } from '../ui/time.ts';
import { shortCursor, summary } from './diff.ts';
import type { EventLog, Row } from './events.ts';

/** In pixels; the style sheet has the same. */
const rowHeight = 44;

interface RowsProps {
  log: EventLog;
  count: number;
  /** How many rows have gone from the beginning. */
  dropped: number;
  /** The number of the row at an index. */
  numberAt(index: number): number;
  /** The index of the row with a number, or -1. */
  indexOf(number: number): number;
  /** The number of the row that is chosen. */
  chosen: number | undefined;
  choose(number: number): void;
  /** Shows the whole of the row that is chosen. */
  open(): void;
  close(): void;
}

/** The rows of a log, of which those in view are drawn. It stays at the newest one unless it is scrolled up. */
export function Rows({ log, count, dropped, numberAt, indexOf, chosen, choose, open, close }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const isFollowing = useRef(true);
  const droppedBefore = useRef(dropped);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  const follow = (is: boolean) => {
    isFollowing.current = is;
    setIsAtEnd(is);
  };

  // What is chosen is shown among other rows than before when the search has changed.
  useLayoutEffect(() => {
    const index = chosen === undefined ? -1 : indexOf(chosen);
    if (index === -1 || index === count - 1) return;
    follow(false);
    virtual.scrollToIndex(index, { align: 'center' });
  }, []);

  useLayoutEffect(() => {
    const { current: element } = scroller;
    if (!element) return;
    // What a reader looks at stays where it is when rows above it go.
    if (isFollowing.current && count > 0) element.scrollTop = element.scrollHeight;
    else element.scrollTop -= (dropped - droppedBefore.current) * rowHeight;
    droppedBefore.current = dropped;
  }, [count, dropped]);

  const moveTo = (index: number) => {
    const within = Math.min(Math.max(index, 0), count - 1);
    follow(within === count - 1);
    virtual.scrollToIndex(within, { align: 'auto' });
    choose(numberAt(within));
  };

  const press = (event: KeyboardEvent) => {
    const at = chosen === undefined ? -1 : indexOf(chosen);
    const page = Math.max(Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1, 1);
    const from = at === -1 ? (virtual.range?.endIndex ?? count) : at;
    const keys: Record<string, () => void> = {
      ArrowUp: () => moveTo(from - 1),
      ArrowDown: () => moveTo(from + 1),
      PageUp: () => moveTo(from - page),
      PageDown: () => moveTo(from + page),
      Home: () => moveTo(0),
      End: () => moveTo(count - 1),
      Enter: open,
      ' ': open,
      Escape: close,
    };
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  };

  const drawn = virtual.getVirtualItems().flatMap(({ index, start }) => {
    const row = index < count ? log.row(numberAt(index)) : undefined;
    return row ? [{ row, index, start }] : [];
  });
  return (
    <div className="log-list">
      <div
        ref={scroller}
        id="log-rows"
        className="log-scroller"
        role="listbox"
        aria-label="Rows"
        tabIndex={0}
        aria-activedescendant={drawn.some(({ row }) => row.number === chosen) ? rowId(chosen!) : undefined}
        onKeyDown={press}
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) =>
          follow(scrollTop + clientHeight >= scrollHeight - rowHeight / 2)
        }
      >
        <div role="presentation" style={{ height: virtual.getTotalSize() }}>
          {drawn.map(({ row, index, start }) => (
            <RowLine
              key={row.number}
              {...{ log, row, index, count, start }}
              isChosen={row.number === chosen}
              onClick={() => {
                follow(false);
                choose(row.number);
                open();
              }}
            />
          ))}
        </div>
      </div>
      {!isAtEnd && (
        <Button
          type="button"
          className="log-newest"
          onClick={() => {
            follow(true);
            scroller.current!.scrollTop = scroller.current!.scrollHeight;
          }}
        >
          Newest ↓
        </Button>
      )}
    </div>
  );
}

const rowId = (number: number) => `log-row-${number}`;

interface RowLineProps {
  log: EventLog;
  row: Row;
  index: number;
  count: number;
  start: number;
  isChosen: boolean;
  onClick(): void;
}

function RowLine({ log, row, index, count, start, isChosen, onClick }: RowLineProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, because a row goes when it is out of view
    <div
      id={rowId(row.number)}
      className={`log-row log-${row.type}`}
      role="option"
      aria-selected={isChosen}
      aria-posinset={index + 1}
      aria-setsize={count}
      style={{ transform: `translateY(${start}px)` }}
      onClick={onClick}
    >
      <RowContent {...{ log, row }} />
    </div>
  );
}

/** Stays the same for good, wherever the row is drawn. */
const RowContent = memo(function RowContent({ log, row }: { log: EventLog; row: Row }) {
  return (
    <>
      <span className="log-head mono">
        <span className="log-number">{row.number}</span>
        <span>{timeOfDay(row.came)}</span>
        {row.cursor && <span className="log-cursor">{shortCursor(row.cursor)}</span>}
      </span>
      <span className="log-text mono">{textOf(log, row)}</span>
    </>
  );
});

/** What has been compared once need not be again. */
const summaries = new WeakMap<Row, string>();

function textOf(log: EventLog, row: Row): string {
  if (row.type !== 'event') return row.text;
  const known = summaries.get(row);
  if (known !== undefined) return known;
  const made = summary(log.eventBefore(row.number)?.text, row.text, row.cursor);
  summaries.set(row, made);
  return made;
}
