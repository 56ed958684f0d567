import { Button } from '@graphiql/react';
import { Disclosure } from '../ui/Disclosure.tsx';
import { counted } from '../ui/numbers.ts';
import { useCopy } from '../ui/useCopy.ts';
import { type Span, type TimedCall, type Timeline, ticks, told } from './timeline.ts';

/** The calls on one axis of time, each to be opened for what was asked. The table has the same as text. */
export function Chart({ timeline: { calls, gateway, took, working } }: { timeline: Timeline }) {
  return (
    <div className="plan-chart">
      <div className="plan-axis" aria-hidden="true">
        {ticks(took, 5).map((at) => (
          <span key={at} style={{ left: `${percent(at, took)}%` }}>
            {told(at).replace(/\.0+ /, ' ')}
          </span>
        ))}
      </div>
      <div className="plan-row">
        <div className="plan-label">
          <span>gateway</span>
          <span className="number">{told(took - working)}</span>
        </div>
        <Track spans={gateway} took={took} className="plan-gateway" />
      </div>
      {calls.map((call, at) => (
        <Call key={at} call={call} took={took} />
      ))}
    </div>
  );
}

function Call({ call, took }: { call: TimedCall; took: number }) {
  const { subgraph, representations, errors, tookMs } = call;
  const summary = (
    <>
      <span className="plan-label">
        <span>{subgraph}</span>
        {representations !== undefined && (
          <span className="faint">{counted(representations, 'entity', 'entities')}</span>
        )}
        {errors > 0 && <span className="plan-error">{counted(errors, 'error')}</span>}
        <span className="number">{tookMs === null ? 'not over' : told(tookMs)}</span>
      </span>
      <Track spans={[call]} took={took} className={errors > 0 ? 'plan-failed' : 'plan-call'} />
    </>
  );
  return (
    <Disclosure className="plan-row" summary={summary}>
      {() => <Asked call={call} />}
    </Disclosure>
  );
}

function Asked({ call: { subgraph, query, from, step } }: { call: TimedCall }) {
  const [word, copy] = useCopy('Copy');
  return (
    <div className="plan-asked">
      <div className="row">
        <span className="faint">
          Step {step}, from {told(from)}
        </span>
        <Button type="button" onClick={() => copy(query)} aria-label={`${word} what ${subgraph} was asked`}>
          {word}
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre tabIndex={0}>{query}</pre>
    </div>
  );
}

function Track({ spans, took, className }: { spans: Span[]; took: number; className: string }) {
  return (
    <span className="plan-track" aria-hidden="true">
      {spans.map(({ from, to }) => (
        <span
          key={from}
          className={className}
          style={{ left: `${percent(from, took)}%`, width: `${percent(to - from, took)}%` }}
        />
      ))}
    </span>
  );
}

function percent(ms: number, took: number): number {
  return took > 0 ? (ms / took) * 100 : 0;
}
