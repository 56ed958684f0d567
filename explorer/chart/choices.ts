import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import type { Choice } from './choice.ts';

/** What a viewer has chosen, and of which list; what was not chosen suits the rows. */
export interface TabChoice extends Partial<Choice> {
  list?: string;
}

interface Choices {
  byTab: Record<string, TabChoice>;
}

/** What was chosen in each tab that is open; it stays when the page is loaded again. */
export const useChoices = create<Choices>()(persist((): Choices => ({ byTab: {} }), { name: 'tributary:chart' }));

export function choose(tab: string, choice: TabChoice): void {
  useChoices.setState(({ byTab }) => ({ byTab: { ...byTab, [tab]: choice } }));
}

/** @param open the ids of the tabs that are open; what was chosen in the others is forgotten */
export function keepChoices(open: readonly string[]): void {
  useChoices.setState(({ byTab }) => ({
    byTab: Object.fromEntries(Object.entries(byTab).filter(([tab]) => open.includes(tab))),
  }));
}
