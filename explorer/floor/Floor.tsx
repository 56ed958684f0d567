import './floor.css';
import { Button, ToolbarButton } from '@graphiql/react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { counted } from '../ui/numbers.ts';
import { Alert, Pane } from '../ui/Pane.tsx';
import { Icon } from '../ui/plugin.tsx';
import { useAnswer } from '../ui/useAnswer.ts';
import { NoSpaces } from './NoSpaces.tsx';
import { Occupancy } from './Occupancy.tsx';
import { type Page, pageSize, type Series, type Space, seriesQuery, spacesQuery } from './questions.ts';
import { type Stretch, stretches } from './timeline.ts';
import { useTimeline } from './useTimeline.ts';

/** In milliseconds: before a question is asked again that had no answer. */
const retryMs = 3_000;

/** How many people are where, now and at any time of a stretch before. */
export default function Floor() {
  const [stretch, setStretch] = useState<Stretch>(stretches[1]!);
  const [after, setAfter] = useState<string | null>(null);
  const page = useAnswer<Page<Space>>(spacesQuery, { after });
  const timeline = useTimeline(stretch);
  const series = useAnswer<Series>(seriesQuery, {
    ...{ after, every: stretch.every },
    ...{ from: new Date(timeline.from).toISOString(), to: new Date(timeline.to).toISOString() },
  });
  const error = page.error ?? series.error;
  const reload = useCallback(() => {
    page.reload();
    series.reload();
  }, [page.reload, series.reload]);
  useRetry(error, reload);
  const connection = page.data?.spaces;
  const spaces = useMemo(() => connection?.edges.map(({ node }) => node), [connection]);
  return (
    <Pane
      title="Floor"
      actions={
        <>
          <select
            aria-label="Stretch of time"
            value={stretch.every}
            onChange={({ currentTarget }) => setStretch(stretches.find(({ every }) => every === currentTarget.value)!)}
          >
            {stretches.map(({ name, every }) => (
              <option key={every} value={every}>
                {name}
              </option>
            ))}
          </select>
          <ToolbarButton label="Ask for the spaces again" onClick={reload}>
            <Icon path="M19.5 12a7.5 7.5 0 1 1-2.2-5.3L20 9.4M20 4.5v5h-5" />
          </ToolbarButton>
        </>
      }
    >
      <Alert error={error && new Error(`${error.message}\nTrying again every few seconds.`)} />
      {!spaces && page.isLoading && <p className="empty">Loading…</p>}
      {spaces?.length === 0 && <NoSpaces />}
      {spaces && spaces.length > 0 && (
        <Occupancy {...{ spaces, after, stretch, timeline, error }} series={series.data} />
      )}
      {connection && (after || connection.pageInfo.hasNextPage) && (
        <div className="row">
          <p>
            {spaces!.length} of {counted(connection.totalCount, 'space')}, by name.
          </p>
          <Button type="button" disabled={!after} onClick={() => setAfter(null)}>
            First {pageSize}
          </Button>
          <Button
            type="button"
            disabled={!connection.pageInfo.hasNextPage}
            onClick={() => setAfter(connection.pageInfo.endCursor)}
          >
            Next {pageSize}
          </Button>
        </div>
      )}
    </Pane>
  );
}

function useRetry(error: Error | undefined, reload: () => void): void {
  useEffect(() => {
    if (!error) return;
    const timer = setTimeout(reload, retryMs);
    return () => clearTimeout(timer);
  }, [error, reload]);
}
