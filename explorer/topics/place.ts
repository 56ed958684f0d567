import { create } from 'zustand';
import { fromLocal, toLocal } from './moments.ts';
import { type Message, Reader } from './reader.ts';

/** What the plugin shows. */
export type View = { name: 'topics' } | { name: 'messages'; topic: string } | { name: 'letters' };

/** What is asked of the dead letters, as the inputs have it. */
export interface LetterFilter {
  topic: string;
  from: string;
  to: string;
}

interface Place {
  view: View;
  /** The id of what led here, which has the focus again on the way back. */
  opener: string | undefined;
  /** The messages that were looked at last. */
  reader: Reader | undefined;
  /** Of them, the one that is shown whole. */
  selected: Message | undefined;
  filter: LetterFilter;
  /** The letter that is open. */
  openLetter: string | undefined;
  /** What the values of letters are mended to. */
  drafts: Record<string, string>;
}

/** Where the visitor is, as long as the page lives. */
export const usePlace = create<Place>()(() => ({
  view: { name: 'topics' },
  opener: undefined,
  reader: undefined,
  selected: undefined,
  filter: { topic: '', from: '', to: '' },
  openLetter: undefined,
  drafts: {},
}));

const beginBeforeMs = 5 * 60_000;

/** Shows the messages of a topic, of the last five minutes unless they were looked at before. */
export function openMessages(topic: string, opener: string): void {
  usePlace.setState({ view: { name: 'messages', topic }, opener });
  if (usePlace.getState().reader?.question.topic !== topic)
    readMessages({ topic, key: '', from: toLocal(Date.now() - beginBeforeMs) });
}

/** @param from as an input of type datetime-local has it; empty for the oldest */
export function readMessages({ topic, key, from }: { topic: string; key: string; from: string }): void {
  usePlace.getState().reader?.pause();
  const reader = new Reader({
    ...{ topic, key: key === '' ? undefined : key },
    from: fromLocal(from),
  });
  usePlace.setState({ reader, selected: undefined });
  void reader.more();
}

/** Shows the dead letters of a topic, or of all. */
export function openLetters(topic: string, opener: string): void {
  usePlace.setState(({ filter }) => ({ view: { name: 'letters' }, opener, filter: { ...filter, topic } }));
}

export function openTopics(): void {
  usePlace.setState({ view: { name: 'topics' } });
}
