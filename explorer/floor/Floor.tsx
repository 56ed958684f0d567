import './floor.css';
import { Button, ToolbarButton } from '@graphiql/react';
import { type CSSProperties, useCallback, useEffect, useMemo, useState } from 'react';
import { Alert, Pane } from '../ui/Pane.tsx';
import { Icon } from '../ui/plugin.tsx';
import { useAnswer } from '../ui/useAnswer.ts';
import { useOpenTab } from '../ui/useOpenTab.ts';
import { FloorPlan } from './FloorPlan.tsx';
import { inWords } from './people.ts';
import {
  type Bucket,
  type Count,
  type Page,
  pageSize,
  type Series,
  type Space,
  seriesQuery,
  spacesQuery,
} from './questions.ts';
import { SpaceDetails } from './SpaceDetails.tsx';
import { scaleOf } from './scale.ts';
import { TableOfSpaces } from './TableOfSpaces.tsx';
import { frameMs, positionOf, readableTime, type Stretch, stretches, type Timeline, timeAt } from './timeline.ts';
import { type Live, useLive } from './useLive.ts';
import { usePlay } from './usePlay.ts';
import { useTimeline } from './useTimeline.ts';

/** In milliseconds: before a question is asked again that had no answer. */
const retryMs = 5_000;

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
        <Building {...{ spaces, after, stretch, timeline, error }} series={series.data} />
      )}
      {connection && (after || connection.pageInfo.hasNextPage) && (
        <div className="row">
          <p>
            {spaces!.length} of {connection.totalCount.toLocaleString('en')} spaces, by name.
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

interface BuildingProps {
  spaces: readonly Space[];
  /** The page of spaces that they are on. */
  after: string | null;
  stretch: Stretch;
  timeline: Timeline;
  series: Series | undefined;
  error: Error | undefined;
}

function Building({ spaces, after, stretch, timeline, series, error }: BuildingProps) {
  const { from, to, everyMs, count: now } = timeline;
  const ids = useMemo(() => spaces.map(({ id }) => id), [spaces]);
  const live = useLive(ids, after);
  const [time, setTime] = useState<number>();
  const position = positionOf(timeline, time);
  const [selected, setSelected] = useState<string>();
  const [isPlaying, setIsPlaying] = usePlay(frameMs(timeline), () => {
    setTime(timeAt(timeline, position + 1));
    return position + 1 < now;
  });

  const courses = useMemo(() => new Map(series?.spaces.edges.map(({ node }) => [node.id, node.series])), [series]);
  const countNow = ({ id, count }: Space) => live.counts.get(id) ?? count;
  const countOf = (space: Space): Count | undefined => {
    if (position === now) return countNow(space);
    const bucket = bucketAt(courses.get(space.id) ?? [], from + position * everyMs, everyMs);
    return bucket && { value: bucket.value, inferred: space.count.inferred, drift: bucket.value < 0 };
  };
  /** Up to now, which is a bucket by itself. */
  const courseOf = (space: Space): Bucket[] => {
    const { value } = countNow(space);
    const present = { start: new Date(to).toISOString(), entered: 0, left: 0, value, min: value, max: value };
    return [...(courses.get(space.id) ?? []), present];
  };
  const highest = useMemo(() => scaleOf([...courses.values()].flat().map(({ max }) => max)).most, [courses]);
  const scale = scaleOf([highest, ...spaces.map((space) => countNow(space).value)]);

  const words = time === undefined ? 'Now' : readableTime(timeAt(timeline, position)!);
  const isKnown = spaces.every(({ id }) => live.counts.has(id));
  const state = stateOf(live, error, time === undefined, isKnown, words);
  const chosen = spaces.find(({ id }) => id === selected);
  return (
    <>
      <div className="floor-time">
        <ToolbarButton
          label={isPlaying ? 'Pause' : 'Play'}
          onClick={() => {
            if (!isPlaying && position === now) setTime(timeAt(timeline, 0));
            setIsPlaying(!isPlaying);
          }}
        >
          <Icon path={isPlaying ? 'M8 5v14M16 5v14' : 'M7 4.5v15l12-7.5z'} />
        </ToolbarButton>
        <input
          type="range"
          aria-label="Time"
          aria-valuetext={words}
          min={0}
          max={now}
          value={position}
          onChange={({ currentTarget }) => {
            setIsPlaying(false);
            setTime(timeAt(timeline, Number(currentTarget.value)));
          }}
        />
        <Button
          type="button"
          disabled={time === undefined}
          onClick={() => {
            setIsPlaying(false);
            setTime(undefined);
          }}
        >
          Now
        </Button>
        <p className="floor-state" role="status" aria-live={isPlaying ? 'off' : 'polite'}>
          {state}
        </p>
      </div>
      <FloorPlan
        {...{ spaces, countOf, scale, selected }}
        onSelect={(id) => setSelected(id === selected ? undefined : id)}
      />
      <p className="floor-legend faint">
        0 people
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <span key={share} style={{ '--share': share } as CSSProperties} />
        ))}
        {scale.most.toLocaleString('en')}
        <strong>{inAll(spaces.map(countOf))}</strong>
      </p>
      {chosen && (
        <SpaceDetails
          {...{ space: chosen, count: countOf(chosen), course: courseOf(chosen) }}
          {...{ stretch, timeline, position }}
        />
      )}
      <TableOfSpaces {...{ spaces, countOf, courseOf, time: words }} />
    </>
  );
}

/** The bucket that begins at a time. What was answered may still be of another stretch. */
function bucketAt(course: readonly Bucket[], time: number, everyMs: number): Bucket | undefined {
  const first = course[0];
  const bucket = first && course[(time - Date.parse(first.start)) / everyMs];
  return bucket && Date.parse(bucket.start) === time ? bucket : undefined;
}

/** Nothing while a count is not known. */
function inAll(counts: (Count | undefined)[]): string | undefined {
  const value = counts.reduce((sum, count) => sum + (count?.value ?? Number.NaN), 0);
  return Number.isNaN(value) ? undefined : inWords({ value, inferred: false, drift: false });
}

function stateOf(live: Live, error: Error | undefined, isNow: boolean, isKnown: boolean, time: string): string {
  const reason = error?.message ?? (isNow ? live.lost : undefined);
  if (reason) return `Trying again: ${reason}`;
  if (!isNow) return time;
  if (!isKnown) return 'Connecting…';
  return live.isAsking ? 'Now, asked every few seconds' : 'Live';
}

const firstSpace = `mutation {
  saveSpace(input: { id: "hall", name: "Hall" }) { position }
  saveDoorway(input: { id: "hall-door", name: "Door of the hall", ingress: "hall" }) { position }
  saveDpu(input: { id: "hall-sensor", doorway: "hall-door" }) { position }
}
`;

function NoSpaces() {
  const open = useOpenTab();
  return (
    <>
      <p>
        There are no spaces yet. Save a space, a doorway that leads into it, and the sensor (DPU) that hangs over the
        doorway; then ask for the spaces again. <code>npm start</code> brings a building of its own to try things out.
      </p>
      <div className="row">
        <Button type="button" onClick={() => open({ query: firstSpace })}>
          Open mutations for a first space
        </Button>
      </div>
    </>
  );
}
