import type { Settings } from '../platform/config.ts';
import { Matcher } from '../schema/menu/matcher/matcher.ts';
import { scoreOf, termOf } from '../schema/menu/matcher/rule.ts';
import { Words } from '../schema/menu/matcher/words.ts';
import { median, row } from './figures.ts';
import { type Item, menuData } from './menuData.ts';
import { benchPosted } from './menuPosted.ts';
import { numbersOf } from './options.ts';

const rounds = 9;
const itemsOfRound = 2_000;
const itemsOfBruteForce = 20;

/**
 * How fast terms are found in items, and how fast items come from a POST into the tables with what is found in them.
 * @param args `--rows`: how many are posted
 */
export async function run(given: Settings, args: string[]): Promise<void> {
  const { rows } = numbersOf(args, { rows: { default: 20_000, least: 1_000 } });
  benchMatcher();
  await benchPosted(given, rows);
}

/** Finds 2,000 and 100,000 terms in items by the index, and the 2,000 by comparing each with all words of an item. */
function benchMatcher(): void {
  for (const count of [2_000, 100_000]) {
    const { terms, items } = menuData(count, itemsOfRound);
    const matcher = new Matcher();
    const building = cpuSeconds(() => {
      for (const [id, text] of terms.entries()) matcher.add(String(id), text);
    });
    console.log(`\n${count} terms, ${items.length} items, median and best of ${rounds} rounds`);
    row('adding the terms, ms', building * 1_000);
    const inNames = () => items.reduce((found, { name }) => found + matcher.match(name).length, 0);
    const inDescriptions = () => items.reduce((found, { description }) => found + matcher.match(description).length, 0);
    const inBoth = () => inNames() + inDescriptions();
    const aim = count === 2_000 ? 30_000 : 10_000;
    row(`items/s of CPU, with descriptions (aim ${aim})`, ...speeds(inBoth));
    row('items/s of CPU, names alone', ...speeds(inNames));
    row('found per item', inBoth() / items.length);
    if (count === 2_000) row('items/s of CPU, brute force', itemsOfBruteForce / bruteForce(terms, items));
  }
}

function speeds(work: () => unknown): [median: number, best: number] {
  for (let round = 0; round < 2; round++) work();
  const seconds = Array.from({ length: rounds }, () => cpuSeconds(work));
  return [itemsOfRound / median(seconds), itemsOfRound / Math.min(...seconds)];
}

/** Seconds of CPU for the first items: every term against every window, by the same rule. */
function bruteForce(terms: string[], items: Item[]): number {
  const all = terms.map((text, id) => termOf(String(id), text));
  const words = new Words();
  return cpuSeconds(() => {
    for (const { name, description } of items.slice(0, itemsOfBruteForce))
      for (const text of [name, description]) {
        words.read(text);
        for (const term of all)
          for (let first = 0; first < words.count; first++)
            for (let end = first + 1; end <= words.count; end++) {
              if (words.at[end]! - words.at[first]! > term.letters.length + term.edits) break;
              scoreOf(term, text, words, first, end);
            }
      }
  });
}

function cpuSeconds(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
