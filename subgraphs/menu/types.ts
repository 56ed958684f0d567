import { Directive, Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '../connection.ts';
import { GraphQLCursor } from '../scalars.ts';

export enum MatchScope {
  NAME = 'NAME',
  NAME_AND_DESCRIPTION = 'NAME_AND_DESCRIPTION',
}
registerEnumType(MatchScope, { name: 'MatchScope', description: 'Which texts of menu items count.' });

export enum MenuItemPart {
  NAME = 'NAME',
  DESCRIPTION = 'DESCRIPTION',
}
registerEnumType(MenuItemPart, { name: 'MenuItemPart' });

export enum MatchKind {
  EXACT = 'EXACT',
  FOLDED = 'FOLDED',
  FUZZY = 'FUZZY',
}
registerEnumType(MatchKind, {
  name: 'MatchKind',
  valuesConfig: {
    EXACT: { description: 'The same text but for case.' },
    FOLDED: { description: 'The same but for accents, apostrophes and hyphens.' },
    FUZZY: { description: 'Nearly the same letters, perhaps joined or parted into other words.' },
  },
});

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A name that is looked for in menu items.' })
export class Term {
  @Field(() => ID) id!: string;
  @Field() text!: string;
}

@ObjectType({ description: 'A line of a menu.' })
export class MenuItem {
  @Field(() => ID) id!: string;
  @Field(() => ID) menuId!: string;
  @Field() name!: string;
  @Field(() => String, { nullable: true }) description!: string | null;
}

@ObjectType()
export class Menu {
  @Field(() => ID) id!: string;
}

@ObjectType({ description: 'A term that was found in a text of a menu item: its best place there.' })
export class TermMatch {
  @Field(() => Term) term!: Term;
  @Field(() => MenuItemPart, { description: 'The text in which it was found.' }) part!: MenuItemPart;
  @Field(() => MatchKind) kind!: MatchKind;
  @Field(() => Float, { description: 'How sure it is: 1 for EXACT, less for others.' }) score!: number;
  @Field({ description: 'What stands there.' }) found!: string;
  @Field(() => Int, { description: 'Where that begins, in UTF-16 code units, as JavaScript and Java count.' })
  start!: number;
  @Field(() => Int, { description: 'The place after its last.' }) end!: number;
}

@InputType()
export class TermInput {
  @Field(() => ID) id!: string;
  @Field() text!: string;
}

@ObjectType({ description: 'A term was found in a menu item.' })
export class TermMatchedEvent {
  @Field(() => MenuItem) item!: MenuItem;
  @Field(() => TermMatch) match!: TermMatch;
  @Field(() => GraphQLCursor, { description: 'Resumes right after this event.' }) cursor!: string;
  @Field({ description: 'When the message entered the log.' }) at!: Date;
}

@Directive('@key(fields: "id")')
@ObjectType('Company')
export class MenuCompany {
  @Field(() => ID) id!: string;
  @Directive('@external')
  @Field(() => String, { nullable: true })
  name!: string | null;
}

export const TermConnection = connectionType(Term);
export const MenuItemConnection = connectionType(MenuItem);
