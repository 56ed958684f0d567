import { useEffect, useState } from 'react';
import { ask, codeOf } from '../client.ts';
import { type Passed, passedBy, type Readings, readingsQuestion } from './passages.ts';
import type { Space } from './questions.ts';

/** In milliseconds: nobody reads the numbers while the slider moves. */
const restMs = 300;

/** In milliseconds: before it is asked again when there was no answer. */
const retryMs = 3_000;

/** How many passed each doorway of a space from a time on and before another; empty while that is not known. */
export function usePassed({ id, doorways }: Space, from: number, to: number): ReadonlyMap<string, Passed> {
  const [passed, setPassed] = useState<ReadonlyMap<string, Passed>>(new Map());
  useEffect(() => {
    setPassed(new Map());
    const leaving = new AbortController();
    const question = readingsQuestion(doorways, from, to);
    let rest: ReturnType<typeof setTimeout>;
    const read = async () => {
      if (!question) return setPassed(passedBy(id, doorways, {}));
      try {
        const readings = await ask<Readings>(question.query, question.variables, leaving.signal);
        setPassed(passedBy(id, doorways, readings));
      } catch (error) {
        // The names of the doorways stand without numbers meanwhile; what costs too much stays without.
        const isRefused = codeOf(error)?.startsWith('LIMIT_');
        if (!leaving.signal.aborted && !isRefused) rest = setTimeout(read, retryMs);
      }
    };
    rest = setTimeout(read, restMs);
    return () => {
      clearTimeout(rest);
      leaving.abort();
    };
  }, [id, doorways, from, to]);
  return passed;
}
