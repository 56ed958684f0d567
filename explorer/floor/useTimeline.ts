import { useEffect, useState } from 'react';
import { nextOf, type Stretch, type Timeline, timelineAt } from './timeline.ts';

/** In milliseconds: how long what belongs to a bucket may be under way. */
const underWayMs = 2_000;

/** The buckets of a stretch; they move on when the next one is over. */
export function useTimeline(stretch: Stretch): Timeline {
  const [now, setNow] = useState(Date.now);
  const timeline = timelineAt(stretch, now);
  const next = nextOf(timeline);
  useEffect(() => {
    const timer = setTimeout(() => setNow(Date.now()), next + underWayMs - Date.now());
    return () => clearTimeout(timer);
  }, [next]);
  return timeline;
}
