import { useEffect, useState } from 'react';
import { useAccess } from '../access.ts';
import { ask } from '../client.ts';
import { follow } from '../follow.ts';
import { type Count, type Counts, countSubscription, countsQuery } from './questions.ts';

/** Each space is a subscription; a WebSocket has at most 100 (LIMIT_OPERATIONS_PER_SOCKET), and the tabs share it. */
const mostFollowed = 60;

/** In milliseconds: between two questions where there are more spaces, and before what was refused is tried again. */
const waits = { poll: 5_000, refused: 5_000 };

export interface Live {
  counts: ReadonlyMap<string, Count>;
  /** Whether the first ones have come. */
  isKnown: boolean;
  /** Why it is not live at the moment. */
  lost: string | undefined;
  /** Whether it asks every few seconds, because there are too many spaces to follow each. */
  isAsking: boolean;
}

const none: Live = { counts: new Map(), isKnown: false, lost: undefined, isAsking: false };

/** The counts of spaces as they change. @param after the page of spaces that they are on */
export function useLive(spaces: readonly string[], after: string | null): Live {
  const [live, setLive] = useState(none);
  const token = useAccess((access) => access.token);
  const key = JSON.stringify([spaces, after, token]);
  useEffect(() => {
    const [ids, page] = JSON.parse(key) as [string[], string | null];
    const counts = new Map<string, Count>();
    const lost = new Map<string, string>();
    const isAsking = ids.length > mostFollowed;
    let frame = 0;
    // However many events come, it is drawn once per frame.
    const changed = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        const isKnown = counts.size >= (isAsking ? 1 : ids.length);
        setLive({ counts: new Map(counts), isKnown, lost: lost.values().next().value, isAsking });
      });
    };
    const stops = isAsking ? [poll(page, counts, lost, changed)] : ids.map((id) => watch(id, counts, lost, changed));
    changed();
    return () => {
      cancelAnimationFrame(frame);
      for (const stop of stops) stop();
      setLive(none);
    };
  }, [key]);
  return live;
}

function watch(space: string, counts: Map<string, Count>, lost: Map<string, string>, changed: () => void) {
  let wait: ReturnType<typeof setTimeout> | undefined;
  const begin = () =>
    follow(
      { query: countSubscription, variables: { space } },
      {
        told(told) {
          const event = told.type === 'event' ? told.result.data?.spaceCount : undefined;
          if (event) counts.set(space, (event as { count: Count }).count);
          if (told.type === 'lost') lost.set(space, told.reason);
          // Where it does not go on after an event, the first one has yet to come.
          else if (event || (told.type === 'connected' && told.after)) lost.delete(space);
          changed();
        },
        // The first event of another subscription is the count as it is then, so nothing is missed.
        ended(error) {
          lost.set(space, error?.message ?? 'The subscription has ended.');
          changed();
          wait = setTimeout(() => (following = begin()), waits.refused);
        },
      },
    );
  let following = begin();
  return () => {
    clearTimeout(wait);
    following.stop();
  };
}

function poll(after: string | null, counts: Map<string, Count>, lost: Map<string, string>, changed: () => void) {
  const leaving = new AbortController();
  let wait: ReturnType<typeof setTimeout> | undefined;
  const next = async () => {
    try {
      const { spaces } = await ask<Counts>(countsQuery, { after }, leaving.signal);
      for (const { node } of spaces.edges) counts.set(node.id, node.count);
      lost.clear();
    } catch (error) {
      lost.set('', (error as Error).message);
    }
    if (leaving.signal.aborted) return;
    changed();
    wait = setTimeout(next, waits.poll);
  };
  void next();
  return () => {
    leaving.abort();
    clearTimeout(wait);
  };
}
