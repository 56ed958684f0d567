import { useState } from 'react';

/** What is longer freezes the browser on its way to the clipboard. */
const mostCharacters = 16 * 1024 * 1024;

/**
 * Copies a text.
 * @returns what to call a button that does it: for a while after it, what became of it
 */
export function useCopy(label: string): [label: string, copy: (content: string) => void] {
  const [outcome, setOutcome] = useState<string>();
  const say = (words: string) => {
    setOutcome(words);
    setTimeout(() => setOutcome(undefined), 2_000);
  };
  const copy = async (content: string) => {
    if (content.length > mostCharacters) return say('Too much to copy: download it');
    try {
      await navigator.clipboard.writeText(content); // there is no clipboard where the page came by plain HTTP
      say('Copied');
    } catch {
      say('The browser refuses to copy');
    }
  };
  return [outcome ?? label, copy];
}
