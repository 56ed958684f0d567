import { ToolbarButton } from '@graphiql/react';
import { useDeferredValue, useState } from 'react';
import { type Run, useLog, useRun } from '../runs.ts';
import { Pane } from '../ui/Pane.tsx';
import { Icon } from '../ui/plugin.tsx';
import { save } from '../ui/save.ts';
import { useCopy } from '../ui/useCopy.ts';
import { Detail } from './Detail.tsx';
import type { EventLog } from './events.ts';
import './log.css';
import { counted } from '../ui/numbers.ts';
import { line } from './ndjson.ts';
import { Rows } from './Rows.tsx';
import { Status } from './Status.tsx';
import { useControl } from './useControl.ts';
import { useSearch } from './useSearch.ts';

/** Every event of the subscription that the tab ran last. */
export default function EventLogPane() {
  const run = useRun();
  const log = useLog(run);
  if (run?.log) return <Log key={log.id} run={run} log={log} />;
  return (
    <Pane title="Event log">
      <p className="empty">
        Run a subscription in this tab. Every event of it is listed here with what it changed, and it goes on by itself
        when the connection is lost.
      </p>
    </Pane>
  );
}

function Log({ run, log }: { run: Run; log: EventLog }) {
  const [typed, setTyped] = useState('');
  const text = useDeferredValue(typed.trim());
  const { search, isDone } = useSearch(log, text);
  const [chosen, setChosen] = useState<number>();
  const [isOpen, setIsOpen] = useState(false);
  const control = useControl(run);
  const { dropped } = search ?? log;
  const row = isOpen && chosen !== undefined ? log.row(chosen) : undefined;
  const closeDetail = () => {
    setIsOpen(false);
    document.getElementById('log-rows')!.focus(); // or the focus would go with the button
  };
  return (
    <Pane title="Event log" actions={<Actions {...{ run, log }} numbers={search?.numbers} />}>
      <Status {...{ run, log }} />
      <label className="log-search">
        <input
          type="search"
          aria-label="Search in the rows"
          placeholder="Search"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {search && (
          <span className="faint number">
            <span role="status">{isDone ? counted(search.numbers.length, 'match', 'matches') : 'Searching…'}</span>
            {isDone && ` in ${counted(log.rows.length, 'row')}`}
          </span>
        )}
      </label>
      <Rows
        key={text}
        log={log}
        count={search ? search.numbers.length : log.rows.length}
        dropped={dropped}
        numberAt={(index) => (search ? search.numbers[index]! : dropped + index + 1)}
        indexOf={(number) => (search ? search.numbers.indexOf(number) : number - dropped - 1)}
        chosen={chosen}
        choose={setChosen}
        open={() => setIsOpen(true)}
        close={() => setIsOpen(false)}
      />
      {row && <Detail {...{ log, row }} resume={control.resume} close={closeDetail} />}
    </Pane>
  );
}

interface ActionsProps {
  run: Run;
  log: EventLog;
  /** The rows that are shown, unless all are. */
  numbers: number[] | undefined;
}

function Actions({ run, log, numbers }: ActionsProps) {
  const control = useControl(run);
  const [copyLabel, copy] = useCopy('Copy as NDJSON');
  const lines = () => (numbers ? numbers.flatMap((number) => log.row(number) ?? []) : log.rows).map(line);
  const isRunning = run.state === 'running';
  return (
    <div className="log-actions">
      {isRunning ? (
        <ToolbarButton label="Pause" onClick={control.pause}>
          <Icon path="M8 5v14M16 5v14" />
        </ToolbarButton>
      ) : (
        <ToolbarButton
          label={run.state === 'paused' ? 'Resume' : 'Resume after the last event'}
          disabled={run.state === 'over' && log.cursor === undefined}
          onClick={() => control.resume(run.state === 'over' ? log.cursor : undefined)}
        >
          <Icon path="M7 4.5v15L19.5 12z" />
        </ToolbarButton>
      )}
      <ToolbarButton label="Clear" onClick={() => log.clear()}>
        <Icon path="M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5" />
      </ToolbarButton>
      <ToolbarButton label={copyLabel} onClick={() => copy(lines().join(''))}>
        <Icon path="M9 9h11v11H9zM5 15H4V4h11v1" />
      </ToolbarButton>
      <ToolbarButton
        label="Download as NDJSON"
        onClick={() => save('events.ndjson', new Blob(lines(), { type: 'application/x-ndjson' }))}
      >
        <Icon path="M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14" />
      </ToolbarButton>
    </div>
  );
}
