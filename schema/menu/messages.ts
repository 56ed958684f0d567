import { type Static, type TSchema, Type } from 'typebox';
import { momentPattern } from '../moment.ts';

// 1257 and "1257" are the same; larger numbers could not be told apart by JSON readers that keep them as doubles.
const id = (description: string) =>
  Type.Union(
    [Type.String({ minLength: 1, maxLength: 200 }), Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })],
    { description },
  );
const text = (maxLength: number, description: string) => Type.String({ minLength: 1, maxLength, description });
const count = (description: string) => Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description });

/** Characters that the texts of an item may have. */
export const longestTexts = { name: 10_000, description: 100_000 };

const message = <Name extends string, Data extends TSchema>(type: Name, description: string, data: Data) =>
  Type.Object({ type: Type.Literal(type), data }, { title: type, description });

/** The messages of menu.terms, of which Kafka keeps the latest of each key. */
export const termMessages = {
  Term: message(
    'Term',
    'A name that is looked for in menu items, or another text of one. The key is its id, with public/ before one that holds a slash.',
    Type.Object({ id: id('Identity of the term'), text: text(200, 'The name, as its owner spells it') }),
  ),
  TermDeleted: message('TermDeleted', 'A term is looked for no more.', Type.Object({ id: id('The term') })),
} as const;

export type TermMessage = {
  [Name in keyof typeof termMessages]: Static<(typeof termMessages)[Name]>;
}[keyof typeof termMessages];

/** The messages of menu.items. Missing, null and empty descriptions mean the same. */
export const itemMessages = {
  MenuItem: message(
    'MenuItem',
    'A line of a menu, or new facts about one.',
    Type.Object({
      id: id('Identity of the item'),
      menu: id('The menu on which it stands'),
      name: text(longestTexts.name, 'Its name, as the menu spells it'),
      description: Type.Optional(
        Type.Union([
          Type.String({ maxLength: longestTexts.description, description: 'What the menu says about it' }),
          Type.Null(),
        ]),
      ),
    }),
  ),
  MenuItemDeleted: message(
    'MenuItemDeleted',
    'An item stands on no menu any more.',
    Type.Object({ id: id('The item') }),
  ),
} as const;

export type ItemMessage = {
  [Name in keyof typeof itemMessages]: Static<(typeof itemMessages)[Name]>;
}[keyof typeof itemMessages];

/** In which text of an item a term was found. */
export const matchParts = ['NAME', 'DESCRIPTION'] as const;
export type MatchPart = (typeof matchParts)[number];
/** How a term was found. EXACT: the same text but for case. FOLDED: but for accents, apostrophes and hyphens. FUZZY: similar. */
export const matchKinds = ['EXACT', 'FOLDED', 'FUZZY'] as const;
export type MatchKind = (typeof matchKinds)[number];

/** A message of menu.matches. It holds for the item and the term as they were in these messages, and for no others. */
export const matchMessage = Type.Object(
  {
    item: id('The item'),
    menu: id('The menu on which it stands'),
    itemPartition: count('Partition of menu.items in which the message of the item stands'),
    itemOffset: count('Its offset'),
    itemAt: Type.String({ pattern: momentPattern, description: 'When Kafka took it' }),
    term: id('The term'),
    termOffset: count('Offset of the message of the term in menu.terms'),
    part: Type.Enum([...matchParts], { description: 'The text of the item in which the term was found' }),
    kind: Type.Enum([...matchKinds], { description: 'How it was found' }),
    score: Type.Number({ minimum: 0, maximum: 1, description: 'How sure it is: 1 for EXACT, less for others' }),
    found: text(100_000, 'What stands there'),
    start: count('Where that begins, in UTF-16 code units'),
    end: count('Where that ends: the place after its last'),
  },
  { title: 'Match', description: 'A term was found in a menu item: the best place in its name or description.' },
);

export type MatchMessage = Static<typeof matchMessage>;
