import type { TopicMessage } from './topic.ts';

/** The dead letters that came from a topic, by where they stood there. */
export function lettersOf(deadLetters: TopicMessage[], topic: string): string[] {
  return deadLetters
    .filter(({ headers }) => String(headers['dead-letter-topic']) === topic)
    .map(({ headers, value }) => {
      const place = `${headers['dead-letter-partition']}/${headers['dead-letter-offset']}`;
      return `${place} ${value?.toString('hex')}`;
    })
    .sort();
}

/** What is in one list and not in the other, a few of each: whole lists would be too long to show. */
export function difference(found: string[], expected: string[]) {
  const only = (these: string[], others: string[]) => {
    const left = new Map<string, number>();
    for (const other of others) left.set(other, (left.get(other) ?? 0) + 1);
    return these.filter((one) => {
      const count = left.get(one) ?? 0;
      left.set(one, count - 1);
      return count <= 0;
    });
  };
  const unexpected = only(found, expected);
  const missing = only(expected, found);
  return {
    unexpected: unexpected.length,
    missing: missing.length,
    examples: [unexpected.slice(0, 3), missing.slice(0, 3)],
  };
}

export const same = { unexpected: 0, missing: 0, examples: [[], []] };
