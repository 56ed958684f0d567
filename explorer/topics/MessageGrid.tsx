import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, useLayoutEffect, useRef } from 'react';
import { shownMoment } from './moments.ts';
import { usePlace } from './place.ts';
import { type Message, placeOf, type Reader } from './reader.ts';

interface MessageGridProps {
  reader: Reader;
  selected: Message | undefined;
  /** Whether the end is kept in sight as messages come, unless the reader has scrolled away from it. */
  isFollowing: boolean;
}

const rowHeight = 28;
/** So much of a value stands in its row. */
const lineLength = 300;
const pageRows = 10;

/** One row for each message, of which only those in sight are in the page. */
export function MessageGrid({ reader, selected, isFollowing }: MessageGridProps) {
  const { items, dropped } = reader.messages;
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const droppedBefore = useRef(dropped);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => placeOf(items[index]!),
    overscan: 8,
  });
  const { version } = reader;
  useLayoutEffect(() => {
    if (isFollowing && isAtEnd.current) virtual.scrollToIndex(items.length - 1);
    // What is in sight stays, when rows before it are dropped.
    else if (box.current) box.current.scrollTop -= (dropped - droppedBefore.current) * rowHeight;
    droppedBefore.current = dropped;
  }, [version, isFollowing]);

  const select = (index: number) => {
    const next = Math.max(0, Math.min(items.length - 1, index));
    usePlace.setState({ selected: items[next] });
    virtual.scrollToIndex(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = selected ? items.indexOf(selected) : -1;
    const index = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + pageRows,
      PageUp: at - pageRows,
      Home: 0,
      End: items.length - 1,
    }[event.key];
    if (index === undefined) {
      if (event.key === 'Escape') usePlace.setState({ selected: undefined });
      return;
    }
    event.preventDefault();
    select(index);
  };
  const onClick = ({ target }: MouseEvent) => {
    const row = (target as Element).closest('tr[id]');
    if (row) select(Number(row.ariaRowIndex) - dropped - 2);
  };
  const rows = virtual.getVirtualItems();
  const active = rows.find(({ index }) => items[index] === selected);
  const before = rows[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (rows.at(-1)?.end ?? 0);
  return (
    <div
      ref={box}
      className="message-box"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < 2 * rowHeight;
      }}
    >
      <table
        id="messages"
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose rows are selected
        role="grid"
        aria-label="Messages"
        aria-rowcount={dropped + items.length + 1}
        aria-activedescendant={active && `message-${active.key}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">Place</th>
            <th scope="col">Time</th>
            <th scope="col">Key</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <Gap height={before} />
        <tbody>
          {rows.map(({ index, key }) => {
            const message = items[index]!;
            return (
              <tr
                key={key}
                id={`message-${key}`}
                aria-rowindex={dropped + index + 2}
                aria-selected={message === selected}
              >
                <td>{placeOf(message)}</td>
                <td>
                  <time dateTime={message.at}>{shownMoment(message.at, undefined, true)}</time>
                </td>
                <td>{message.key}</td>
                <td>{message.value.slice(0, lineLength)}</td>
              </tr>
            );
          })}
        </tbody>
        <Gap height={after} />
      </table>
    </div>
  );
}

/** Stands for the rows that are not in the page. */
function Gap({ height }: { height: number }) {
  return (
    <tbody aria-hidden="true">
      <tr style={{ height }} />
    </tbody>
  );
}
