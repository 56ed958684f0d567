import { useCallback, useEffect, useState } from 'react';
import { useAccess } from '../access.ts';
import { ask } from '../client.ts';

export interface Answer<Data> {
  /** The newest answer; it stays while another is waited for. */
  data: Data | undefined;
  error: Error | undefined;
  isLoading: boolean;
  reload(): void;
}

/** Asks when it is first shown, and again when the question, its variables or the caller change. */
export function useAnswer<Data>(query: string, variables?: Record<string, unknown>): Answer<Data> {
  const [answer, setAnswer] = useState<Omit<Answer<Data>, 'reload'>>({
    data: undefined,
    error: undefined,
    isLoading: true,
  });
  const [round, setRound] = useState(0);
  const token = useAccess((access) => access.token);
  const sent = JSON.stringify(variables);
  useEffect(() => {
    const leaving = new AbortController();
    setAnswer((last) => ({ ...last, isLoading: true }));
    ask<Data>(query, sent === undefined ? undefined : JSON.parse(sent), leaving.signal).then(
      (data) => setAnswer({ data, error: undefined, isLoading: false }),
      (error: Error) => {
        if (!leaving.signal.aborted) setAnswer((last) => ({ ...last, error, isLoading: false }));
      },
    );
    return () => leaving.abort();
  }, [query, sent, round, token]);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  return { ...answer, reload };
}
