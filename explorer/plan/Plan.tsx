import { OperationTypeNode } from 'graphql';
import { type Run, useRun } from '../runs.ts';
import { Alert, Pane } from '../ui/Pane.tsx';
import { Chart } from './Chart.tsx';
import './plan.css';
import { count, counted } from '../ui/numbers.ts';
import { Table } from './Table.tsx';
import { planIn, type Timeline, timelineOf, told } from './timeline.ts';

/** Which subgraphs the gateway called for what this tab ran last, and how long each call took. */
export default function Plan() {
  const run = useRun();
  return (
    <Pane title="Query plan">
      <Content key={run?.id} run={run} />
    </Pane>
  );
}

function Content({ run }: { run: Run | undefined }) {
  if (!run)
    return (
      <p className="empty">
        Run a query or a mutation, and here stands which subgraphs the gateway called for it, what it asked them, and
        how long each took.
      </p>
    );
  if (run.type === OperationTypeNode.SUBSCRIPTION)
    return (
      <p className="empty">
        A subscription has no plan to show: what joins its events is done once for all who ask the same. Plans are known
        for queries and mutations alone.
      </p>
    );
  if (run.state === 'running')
    return (
      <p className="plan-waiting" role="status">
        Waiting for the answer…
      </p>
    );
  const plan = planIn(run.result);
  return plan ? <Told run={run} timeline={timelineOf(plan)} /> : <NoPlan run={run} />;
}

function NoPlan({ run: { result } }: { run: Run }) {
  if (!result) return <p role="status">There is no plan: the gateway was not reached, or gave no answer.</p>;
  const [error] = result.errors ?? [];
  if (error && result.data === undefined)
    return (
      <>
        <p role="status">There is no plan: the operation was refused before it was planned.</p>
        <Alert error={new Error(error.message)} />
      </>
    );
  return (
    <p role="status">
      There is no plan: this gateway tells none. Tributary tells plans where the schema may be asked about, see{' '}
      <code>TRIBUTARY_INTROSPECTION</code>.
    </p>
  );
}

function Told({ run, timeline }: { run: Run; timeline: Timeline }) {
  const { calls, callCount, subgraphs, steps, took } = timeline;
  const { type, operation } = run;
  return (
    <>
      <div>
        <h3>
          {type} {operation.operationName}
        </h3>
        <p className="faint" role="status">
          {callCount === 0
            ? `No subgraph was called: the gateway answered by itself in ${told(took)}.`
            : `${counted(callCount, 'call')} of ${counted(subgraphs, 'subgraph')} in ${counted(steps, 'step')}, ${told(took)}.`}
        </p>
        {callCount > calls.length && <p>The first {count(calls.length)} of them are shown.</p>}
      </div>
      <Chart timeline={timeline} />
      <Totals run={run} timeline={timeline} />
      {calls.length > 0 && <Table calls={calls} />}
    </>
  );
}

function Totals({ run, timeline }: { run: Run; timeline: Timeline }) {
  const { took, working, checking, planning, joining } = timeline;
  const inBrowser = run.took ?? took;
  return (
    <dl className="plan-totals">
      <Total name="In the browser" ms={inBrowser} />
      <Total name="on the way, written and read" ms={Math.max(0, inBrowser - took)} isPart />
      <Total name="At the gateway" ms={took} />
      <Total name="subgraphs at work" ms={working} isPart />
      <Total name="checking the operation" ms={checking} isPart />
      <Total name="planning it" ms={planning} isPart />
      <Total name="joining, and the rest" ms={joining} isPart />
    </dl>
  );
}

function Total({ name, ms, isPart = false }: { name: string; ms: number; isPart?: boolean }) {
  return (
    <div className={isPart ? 'plan-part' : undefined}>
      <dt>{name}</dt>
      <dd className="number">{told(ms)}</dd>
    </div>
  );
}
