import { useEffect, useRef, useState } from 'react';

/** In milliseconds: a step where motion is unwelcome. */
const calmMs = 1_000;

/**
 * Calls for the next frame while it plays.
 * @param step shows the next frame. @returns whether there is another
 */
export function usePlay(frameMs: number, step: () => boolean) {
  const [isPlaying, setIsPlaying] = useState(false);
  const latest = useRef(step);
  latest.current = step;
  useEffect(() => {
    if (!isPlaying) return;
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const timer = setInterval(() => setIsPlaying(latest.current()), isCalm ? calmMs : frameMs);
    return () => clearInterval(timer);
  }, [isPlaying, frameMs]);
  return [isPlaying, setIsPlaying] as const;
}
