import { Button, ToolbarButton } from '@graphiql/react';
import { type CSSProperties, useMemo, useState } from 'react';
import { count } from '../ui/numbers.ts';
import { Icon } from '../ui/plugin.tsx';
import { FloorPlan } from './FloorPlan.tsx';
import { inWords } from './people.ts';
import type { Bucket, Count, Series, Space } from './questions.ts';
import { SpaceDetails } from './SpaceDetails.tsx';
import { scaleOf } from './scale.ts';
import { TableOfSpaces } from './TableOfSpaces.tsx';
import { bucketAt, frameMs, positionOf, readableTime, type Stretch, type Timeline, timeAt } from './timeline.ts';
import { type Live, useLive } from './useLive.ts';
import { usePlay } from './usePlay.ts';

interface OccupancyProps {
  spaces: readonly Space[];
  /** The page of spaces that they are on. */
  after: string | null;
  stretch: Stretch;
  timeline: Timeline;
  series: Series | undefined;
  error: Error | undefined;
}

/** A plan of the spaces, and the slider that says of when it is. */
export function Occupancy({ spaces, after, stretch, timeline, series, error }: OccupancyProps) {
  const { to, count: now } = timeline;
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
    const bucket = bucketAt(timeline, position, courses.get(space.id));
    return bucket && { value: bucket.value, inferred: space.count.inferred, drift: bucket.value < 0 };
  };
  /** Up to now, which is a bucket by itself. */
  const courseOf = (space: Space): Bucket[] => {
    const { value } = countNow(space);
    const present = { start: new Date(to).toISOString(), entered: 0, left: 0, value, min: value, max: value };
    const past = Array.from({ length: now }, (_, at) => bucketAt(timeline, at, courses.get(space.id)));
    return [...past.filter((bucket) => bucket !== undefined), present];
  };
  const highest = useMemo(() => scaleOf([...courses.values()].flat().map(({ max }) => max)).most, [courses]);
  const scale = scaleOf([highest, ...spaces.map((space) => countNow(space).value)]);

  const words = time === undefined ? 'Now' : readableTime(timeAt(timeline, position)!);
  const state = stateOf(live, error, time === undefined, words);
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
        {count(scale.most)}
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

/** Nothing while a count is not known. */
function inAll(counts: (Count | undefined)[]): string | undefined {
  const value = counts.reduce((sum, count) => sum + (count?.value ?? Number.NaN), 0);
  return Number.isNaN(value) ? undefined : inWords({ value, inferred: false, drift: false });
}

function stateOf(live: Live, error: Error | undefined, isNow: boolean, time: string): string {
  const reason = error?.message ?? (isNow ? live.lost : undefined);
  if (reason) return `Trying again: ${reason}`;
  if (!isNow) return time;
  if (!live.isKnown) return 'Connecting…';
  return live.isAsking ? 'Now, asked every few seconds' : 'Live';
}
