import { derivedItemId } from '../../schema/menu/item.ts';
import type { ItemMessage, TermMessage } from '../../schema/menu/messages.ts';
import { generator } from '../random.ts';

const seed = 20260131;

/** Invented names, but for those of companies of the demo, which sell food and drink. */
const brands = {
  beer: ['Copper Kettle Brewing', "Ferryman's Own", "Ole's Anchor", 'Grimsund Pils', 'Hopworth & Daughters'],
  wine: ['Château Marvenne', 'Silverbrook', 'Quinta do Arvoredo', 'Monte Calvesi', 'Pêche Rouge'],
  coffee: ['Lantern Roast', 'Café Bellarosa', 'Crème Royal'],
  kitchen: ['Polar Foods', 'Mosaic Foods', 'Saltmarsh Smokehouse', 'Brannoch Dairy', 'Fiorellino', 'Nørdby'],
} as const;
type Kind = keyof typeof brands;

const dishes: Record<Kind, string[]> = {
  beer: ['Pale Ale', 'Stout', 'Lager', 'Wheat Beer', 'Porter'],
  wine: ['Sauvignon Blanc', 'Merlot', 'Rosé', 'Pinot Noir', 'Chenin Blanc'],
  coffee: ['Espresso', 'Flat White', 'Cold Brew', 'Mocha'],
  kitchen: ['Smoked Salmon', 'Fish Burger', 'Ricotta Ravioli', 'Garden Salad', 'Cheese Board', 'Oat Porridge'],
};
const descriptions: Record<Kind, string[]> = {
  beer: ['bitter, with a hint of pine', 'dark and mild, from the barrel', 'cloudy, served with a slice of lemon'],
  wine: ['ripe peach and a long finish', 'dry, with red berries', 'light, by the glass or the bottle'],
  coffee: ['two shots, and milk if you like', 'brewed for twelve hours', 'with a piece of dark chocolate'],
  kitchen: ['with dill and new potatoes', 'for two, with bread of the house', 'a small portion on request'],
};
const menus = ['harbour-bar', 'cafeteria', 'night-train', 'garden-inn', 'corner-shop'];
const itemsOfEach = 80;

/** Terms, and the lines of some menus in which they stand: spelled right, otherwise, wrong, or not at all. Always the same. */
export function menuDemo(): { terms: TermMessage[]; items: ItemMessage[] } {
  const random = generator(seed);
  const one = <T>(all: readonly T[]): T => all[Math.floor(all.length * random())]!;
  const terms = Object.values(brands)
    .flat()
    .map((text, at): TermMessage => ({ type: 'Term', data: { id: `demo-${at + 1}`, text } }));
  const spelled = (brand: string) =>
    one([String, String, String, upperCase, bare, (text: string) => misspelled(text, random)])(brand);
  const kinds = Object.keys(brands) as Kind[];
  const items = menus.flatMap((menu) =>
    Array.from({ length: itemsOfEach }, (): ItemMessage => {
      const kind = one(kinds);
      const dish = one(dishes[kind]);
      const name = random() < 0.6 ? `${spelled(one(brands[kind]))} ${dish}` : dish;
      const text = one(descriptions[kind]);
      const description = random() < 0.2 ? null : random() < 0.3 ? `${text}, by ${spelled(one(brands[kind]))}` : text;
      return { type: 'MenuItem', data: { id: derivedItemId(menu, name, description), menu, name, description } };
    }),
  );
  return { terms, items };
}

const upperCase = (text: string) => text.toUpperCase();
/** Without accents, apostrophes and signs, as keyboards have it. */
const bare = (text: string) => text.normalize('NFD').replace(/\p{M}|'|& /gu, '');

/** With one letter left out, or two exchanged, but not the first. */
function misspelled(text: string, random: () => number): string {
  const at = 1 + Math.floor((text.length - 2) * random());
  const [before, here, next, after] = [text.slice(0, at), text[at]!, text[at + 1]!, text.slice(at + 2)];
  return random() < 0.5 ? before + next + after : before + next + here + after;
}
