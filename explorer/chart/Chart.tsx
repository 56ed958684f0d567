import './chart.css';
import { Button, pick, useGraphiQL } from '@graphiql/react';
import type { EChartsType } from 'echarts/core';
import { useEffect, useMemo, useState } from 'react';
import { atPresent } from '../cookbook/cookbook.ts';
import { recipes } from '../cookbook/recipes.ts';
import { type Run, useRun, useRuns } from '../runs.ts';
import { useColours } from '../ui/colours.ts';
import { counted } from '../ui/numbers.ts';
import { Alert, Pane } from '../ui/Pane.tsx';
import { save } from '../ui/save.ts';
import { useOpenTab } from '../ui/useOpenTab.ts';
import { Canvas } from './Canvas.tsx';
import { bestList, choiceOf, rowsOf } from './choice.ts';
import { choose, keepChoices, type TabChoice, useChoices } from './choices.ts';
import { csvOf } from './csv.ts';
import { optionOf } from './draw.ts';
import { Fields } from './Fields.tsx';
import { pictureOf } from './picture.ts';
import { Rows } from './Rows.tsx';
import { seriesOf } from './series.ts';
import { summaryOf } from './summary.ts';
import { type Drawable, useLists } from './useLists.ts';

/** Draws the lists of what the tab ran last. */
export default function Chart() {
  const run = useRun();
  const tab = useRuns((runs) => runs.tab);
  const tabs = useGraphiQL(pick('tabs')).tabs;
  const open = tabs.map(({ id }) => id).join(' ');
  useEffect(() => keepChoices(open.split(' ')), [open]);
  const chosen = useChoices(({ byTab }) => byTab[tab]) ?? nothingChosen;
  const lists = useLists(run);
  const list = lists.find(({ name, columns }) => name === chosen.list && columns.length > 0) ?? bestList(lists);
  if (!run || !list) return <Nothing run={run} empty={lists.map(({ name }) => name)} />;
  return <Drawn key={tab} run={run} tab={tab} lists={lists} list={list} chosen={chosen} />;
}

const nothingChosen: TabChoice = {};

interface DrawnProps {
  run: Run;
  tab: string;
  lists: readonly Drawable[];
  list: Drawable;
  chosen: TabChoice;
}

function Drawn({ run, tab, lists, list, chosen }: DrawnProps) {
  const colours = useColours();
  const [chart, setChart] = useState<EChartsType>();
  const [error, setError] = useState<Error>();
  const { columns } = list;
  const choice = useMemo(() => choiceOf(columns, chosen), [columns, chosen]);
  const drawing = useMemo(() => seriesOf(columns, choice), [columns, choice]);
  const shape = choice.shape === 'table' ? undefined : choice.shape;
  const isMoving = !run.log && !matchMedia('(prefers-reduced-motion: reduce)').matches;
  const option = useMemo(
    () => shape && optionOf(drawing, { shape, xName: choice.x, colours, isMoving }),
    [drawing, shape, choice.x, colours, isMoving],
  );
  const held = run.log?.dropped ? ' The log holds the newest of them alone.' : '';
  const summary = shape
    ? summaryOf(drawing) + held
    : `${counted(rowsOf(columns), 'row')} of ${counted(columns.length, 'field')}.${held}`;
  const title = [run.operation.operationName, list.name].filter(Boolean).join(': ');
  const fileName = title.replaceAll(/[^\p{L}\p{N}]+/gu, '-');

  const savePicture = () => {
    setError(undefined);
    pictureOf({ shown: chart!, option: option!, title, summary, colours }).then(
      (blob) => save(`${fileName}.png`, blob),
      setError,
    );
  };
  return (
    <Pane
      title="Chart"
      actions={
        <>
          {shape && (
            <Button type="button" disabled={!chart} onClick={savePicture}>
              PNG
            </Button>
          )}
          <Button type="button" onClick={() => save(`${fileName}.csv`, csvOf(columns), 'text/csv')}>
            CSV
          </Button>
        </>
      }
    >
      <div className="chart">
        <Fields
          {...{ lists, list, choice }}
          // Another list has other fields.
          onChoose={(change) => choose(tab, change.list === undefined ? { ...chosen, ...change } : change)}
        />
        <Alert error={error} />
        {option ? (
          <Canvas
            option={option}
            subject={[run.id, list.name, shape, choice.x].join()}
            label={`${title}, by ${choice.x}. ${summary}`}
            onChart={setChart}
          />
        ) : (
          <Rows name={list.name} columns={columns} />
        )}
        <p className="chart-summary faint">{summary}</p>
      </div>
    </Pane>
  );
}

const day = recipes.find(({ title }) => title === 'How did a day go?')!;

/** Says why there is nothing to draw, and what to do. */
function Nothing({ run, empty }: { run: Run | undefined; empty: readonly string[] }) {
  const openTab = useOpenTab();
  const openDay = () => {
    const { query, variables } = atPresent(day, Date.now());
    openTab({ query, variables: JSON.stringify(variables, null, 2) });
  };
  return (
    <Pane title="Chart">
      <p role="status">{reasonOf(run, empty)}</p>
      <p className="empty">
        A list of objects draws itself: numbers over time or by category, and of a subscription each event as it comes.
      </p>
      <div className="row">
        <Button type="button" onClick={openDay}>
          Open “{day.title}”
        </Button>
      </div>
    </Pane>
  );
}

function reasonOf(run: Run | undefined, empty: readonly string[]): string {
  if (!run) return 'Nothing has been run in this tab yet.';
  if (run.log) return run.state === 'over' ? 'No event has come.' : 'No event has come yet.';
  if (run.state === 'running') return 'Waiting for the answer.';
  if (!run.result?.data) return 'There is no data in the answer.';
  if (empty.length > 0) return `Nothing is in ${empty.join(', ')}.`;
  return 'There is no list of objects in the answer.';
}
