import { generator } from '../ingest/random.ts';
import { ordinaryWords } from '../schema/menu/matcher/ordinary.ts';

/** An item as a menu has it. */
export interface Item {
  name: string;
  description: string;
}

const starts = 'b br c ch cl d dr f fr g gl gr h j k kr l m n p pl r s sh st str t tr v w y z th qu'.split(' ');
const vowels = 'a a e e i o o u ai ea ou y ie oo'.split(' ');
const ends = ['', '', '', ...'l n r s t ck m nd rd st x ll nt'.split(' ')];

/**
 * Invented brands, of one to three words, and items with names of about 15 words and descriptions of about 18. One in ten
 * words of an item is as invented as the brands, the others are ordinary; four of ten names hold a brand, and one in four
 * of these is misspelled.
 */
export function menuData(brands: number, items: number): { terms: string[]; items: Item[] } {
  const random = generator(brands);
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(list: readonly T[]) => list[below(list.length)]!;
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
  const invented = () => {
    const syllables = Array.from({ length: 2 + below(3) }, () => pick(starts) + pick(vowels));
    return capital(syllables.join(pick(['', '', 'n', 'r'])) + pick(ends));
  };
  const ordinary = () => capital(pick(ordinaryWords));
  const brand = () => {
    const kind = random();
    if (kind < 0.55) return invented();
    if (kind < 0.75) return `${ordinary()} ${invented()}`;
    if (kind < 0.9) return `${invented()} ${invented()}`;
    return kind < 0.95 ? `${ordinary()} ${ordinary()}` : `${invented()} ${invented()} ${ordinary()}`;
  };
  const terms = new Set<string>();
  while (terms.size < brands) terms.add(brand());
  const all = [...terms];
  const misspelled = (text: string) => {
    const place = below(text.length);
    return text.slice(0, place) + pick(vowels) + text.slice(place + below(2));
  };
  const words = (count: number) => Array.from({ length: count }, () => (random() < 0.1 ? invented() : ordinary()));
  return {
    terms: all,
    items: Array.from({ length: items }, () => {
      const name = words(10 + below(9));
      if (random() < 0.4) name.splice(below(name.length), 0, random() < 0.25 ? misspelled(pick(all)) : pick(all));
      return { name: name.join(' '), description: `${words(12 + below(13)).join(' ')}.` };
    }),
  };
}
