import { counted } from '../ui/numbers.ts';
import type { Count } from './questions.ts';

/** How many people there are, and what is special about the number, in words. */
export function inWords(count: Count | undefined): string {
  if (!count) return 'not known';
  return [counted(count.value, 'person', 'people'), ...signs(count)].join(', ');
}

/** Inferred: counted from the sensors of its neighbours. Drift: below zero, because sensors have missed people. */
export function signs({ inferred, drift }: Count): string[] {
  return [...(inferred ? ['inferred'] : []), ...(drift ? ['drift'] : [])];
}
