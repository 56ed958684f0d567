import { useEffect } from 'react';
import type { Answer } from '../ui/useAnswer.ts';

/**
 * Asks again a while after every answer, so never twice at once, as long as the page is in the foreground.
 * @param isShown whether anybody sees the answer
 */
export function useRefresh({ isLoading, reload }: Answer<unknown>, everyMs: number, isShown = true): void {
  useEffect(() => {
    if (isLoading || !isShown) return;
    const refresh = () => {
      if (!document.hidden) reload();
    };
    const timer = setTimeout(refresh, everyMs);
    document.addEventListener('visibilitychange', refresh);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', refresh);
    };
  }, [isLoading, isShown, reload, everyMs]);
}
