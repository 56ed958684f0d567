import { Button } from '@graphiql/react';
import { useMemo } from 'react';
import { count, counted } from '../ui/numbers.ts';
import { timeOfDay } from '../ui/time.ts';
import { useCopy } from '../ui/useCopy.ts';
import { changes, shortened } from './diff.ts';
import type { EventLog, EventRow, Row } from './events.ts';

/** As much as a page can show at once without freezing. */
const most = { characters: 100_000, changes: 500, ofValue: 2_000 };

interface DetailProps {
  log: EventLog;
  row: Row;
  resume(cursor: string): void;
  close(): void;
}

/** The whole of a row. */
export function Detail({ log, row, resume, close }: DetailProps) {
  const [copyEvent, copyText] = useCopy('Copy event');
  const [copyCursor, copy] = useCopy('Copy cursor');
  const { cursor } = row;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard
    <section className="log-detail" aria-label={`Row ${row.number}`} tabIndex={0}>
      <div className="pane-header">
        <h3>
          Row {row.number} · {timeOfDay(row.came)}
        </h3>
        <div className="pane-actions">
          {cursor !== undefined && (
            <Button type="button" onClick={() => resume(cursor)}>
              Resume from here
            </Button>
          )}
          {row.type === 'event' && (
            <Button type="button" onClick={() => copyText(row.text)}>
              {copyEvent}
            </Button>
          )}
          {cursor !== undefined && (
            <Button type="button" onClick={() => copy(cursor)}>
              {copyCursor}
            </Button>
          )}
          <Button type="button" onClick={close}>
            Close
          </Button>
        </div>
      </div>
      {row.type === 'event' ? <WholeEvent log={log} row={row} /> : <p>{row.text}</p>}
      {cursor !== undefined && (
        <div>
          <h4>{row.type === 'event' ? 'Cursor' : 'It goes on after'}</h4>
          <code>{cursor}</code>
        </div>
      )}
    </section>
  );
}

function WholeEvent({ log, row }: { log: EventLog; row: EventRow }) {
  const before = log.eventBefore(row.number);
  const found = useMemo(() => before && changes(before.text, row.text), [before, row]);
  const formatted = useMemo(() => JSON.stringify(JSON.parse(row.text), null, 2), [row]);
  return (
    <>
      {found && (
        <div>
          <h4>
            {counted(found.length, 'change')} since row {before?.number}
          </h4>
          <dl className="log-changes mono">
            {found.slice(0, most.changes).map((change) => (
              <div key={change.path}>
                <dt>{change.path}</dt>
                <dd>
                  {change.before !== undefined && <del>{shortened(change.before, most.ofValue)}</del>}
                  {change.after !== undefined && <ins>{shortened(change.after, most.ofValue)}</ins>}
                </dd>
              </div>
            ))}
          </dl>
          {found.length > most.changes && <p className="faint">The first {most.changes} are shown.</p>}
        </div>
      )}
      <div>
        <h4>Event</h4>
        <pre>{shortened(formatted, most.characters)}</pre>
        {formatted.length > most.characters && (
          <p className="faint">
            The first {count(most.characters)} of {counted(formatted.length, 'character')}. A copy has all of it.
          </p>
        )}
      </div>
    </>
  );
}
