import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { rowsOf } from './choice.ts';
import { orderOf, type Sorting } from './order.ts';
import type { Column } from './table.ts';

interface RowsProps {
  /** Of the list, for those who do not see it. */
  name: string;
  columns: readonly Column[];
}

/** In pixels, as the style sheet has it. */
const rowHeight = 30;

/** Of a value: more than its column has room for. */
const shownCharacters = 200;

/** All rows as they came, sorted by a column when its header is pressed. Only those in sight are drawn. */
export function Rows({ name, columns }: RowsProps) {
  const [sorting, setSorting] = useState<Sorting>();
  const scroller = useRef<HTMLDivElement>(null);
  const count = rowsOf(columns);
  const order = useMemo(() => {
    const sorted = columns.find(({ path }) => path === sorting?.path);
    return sorted && orderOf(sorted, sorting!.isDescending);
  }, [columns, sorting]);
  const widths = useMemo(() => columns.map(widthOf), [columns]);
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  const shown = virtualizer.getVirtualItems();
  const before = shown[0]?.start ?? 0;
  const after = virtualizer.getTotalSize() - (shown.at(-1)?.end ?? 0);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section ref={scroller} className="chart-rows" aria-label={`Rows of ${name}`} tabIndex={0}>
      <table aria-rowcount={count + 1}>
        <colgroup>
          {columns.map(({ path }, index) => (
            <col key={path} style={{ width: `${widths[index]}ch` }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map(({ path, kind }) => {
              const isSorted = sorting?.path === path;
              const direction = sorting?.isDescending ? 'descending' : 'ascending';
              return (
                <th
                  key={path}
                  scope="col"
                  className={kind === 'number' ? 'number' : undefined}
                  aria-sort={isSorted ? direction : undefined}
                >
                  <button
                    type="button"
                    title={path}
                    onClick={() => setSorting({ path, isDescending: isSorted && !sorting.isDescending })}
                  >
                    <span>{path}</span>
                    {isSorted && <span aria-hidden="true">{sorting.isDescending ? '↓' : '↑'}</span>}
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <Spacer height={before} span={columns.length} />}
          {shown.map(({ index }) => {
            const row = order?.[index] ?? index;
            return (
              <tr key={index} aria-rowindex={index + 2}>
                {columns.map(({ path, kind, values }) => (
                  <td key={path} className={kind === 'number' ? 'number' : undefined}>
                    {String(values[row] ?? '').slice(0, shownCharacters)}
                  </td>
                ))}
              </tr>
            );
          })}
          {after > 0 && <Spacer height={after} span={columns.length} />}
        </tbody>
      </table>
    </section>
  );
}

/** Takes the place of the rows that are out of sight. */
function Spacer({ height, span }: { height: number; span: number }) {
  return (
    <tr>
      <td colSpan={span} className="chart-spacer" style={{ height }} />
    </tr>
  );
}

/** In characters, by the first rows: the columns must not move while others come into sight. */
function widthOf({ path, values }: Column): number {
  const longest = Math.max(path.length + 3, ...values.slice(0, 100).map((value) => String(value ?? '').length));
  return Math.min(longest, 40) + 3;
}
