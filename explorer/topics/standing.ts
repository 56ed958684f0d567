/** How far a view has taken a topic. */
export interface Progress {
  view: string;
  lag: number;
  rate: number;
}

/** Since when each view lags and takes nothing, in milliseconds since 1970, by topic and view. */
export type Standing = ReadonlyMap<string, number>;

/** A view takes messages in batches, so it is stuck only when nothing has moved for so long, in milliseconds. */
export const stuckAfterMs = 10_000;

const nameOf = (topic: string, view: string) => `${topic} ${view}`;

/** @param before what was known when the views were asked the last time */
export function standing(before: Standing, topics: { name: string; views: Progress[] }[], now: number): Standing {
  const still = topics.flatMap(({ name, views }) =>
    views.filter(({ lag, rate }) => lag > 0 && rate <= 0).map(({ view }) => nameOf(name, view)),
  );
  return new Map(still.map((view) => [view, before.get(view) ?? now]));
}

export interface Mark {
  kind: 'even' | 'moving' | 'stuck';
  sign: string;
  words: string;
}

/** What is to be said of a view. */
export function markOf(since: Standing, topic: string, { view, lag }: Progress, now: number): Mark {
  if (lag === 0) return { kind: 'even', sign: '✓', words: 'up to date' };
  const stillMs = now - (since.get(nameOf(topic, view)) ?? now);
  if (stillMs < stuckAfterMs) return { kind: 'moving', sign: '…', words: 'catching up' };
  return { kind: 'stuck', sign: '⚠', words: `stuck for ${Math.round(stillMs / 1_000)} s` };
}
