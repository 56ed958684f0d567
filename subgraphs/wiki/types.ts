import { Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '../connection.ts';
import { GraphQLCursor } from '../scalars.ts';

@InputType({ description: 'All that is given must hold. A list holds when the edit has one of its values.' })
export class WikiFilter {
  @Field(() => [String], { nullable: true }) wikis?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'edit, new, log, categorize, external.' })
  types?: string[] | null;
  @Field(() => [String], { nullable: true }) titles?: string[] | null;
  @Field(() => [String], { nullable: true }) users?: string[] | null;
  @Field(() => [Int], { nullable: true }) namespaces?: number[] | null;
  @Field(() => Boolean, { nullable: true }) bot?: boolean | null;
  @Field(() => Boolean, { nullable: true }) minor?: boolean | null;
  @Field(() => String, { nullable: true, description: 'Case-insensitive, Unicode-aware substring.' })
  comment?: string | null;
}

export enum WikiDimension {
  TITLE = 'TITLE',
  USER = 'USER',
  WIKI = 'WIKI',
  NAMESPACE = 'NAMESPACE',
  TYPE = 'TYPE',
  BOT = 'BOT',
}
registerEnumType(WikiDimension, { name: 'WikiDimension' });

@ObjectType({ description: 'Sums are 2147483647 where they are more.' })
export class WikiActivity {
  @Field({ description: 'When the bucket begins.' }) start!: Date;
  @Field(() => Int) edits!: number;
  @Field(() => Int, { description: 'Edits by bots.' }) bots!: number;
  @Field(() => Int, { description: 'How many different users there were.' }) users!: number;
  @Field(() => Int) bytesAdded!: number;
  @Field(() => Int) bytesRemoved!: number;
}

@ObjectType()
export class WikiRank {
  @Field({ description: 'The title, user, wiki, number of the namespace, type, or true and false for bots.' })
  key!: string;
  @Field(() => Int) edits!: number;
  @Field(() => Int, { description: 'Bytes added less bytes removed, at most 2147483647 either way.' }) delta!: number;
}

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A change of a page of a wiki, or another event of one.' })
export class WikiEdit {
  @Field(() => ID, { description: 'meta.id of the event; where it has none, its place in Kafka.' }) id!: string;
  @Field({ description: 'enwiki, dewiktionary, commonswiki, …' }) wiki!: string;
  @Field({ description: 'edit, new, log, categorize, external.' }) type!: string;
  @Field() title!: string;
  @Field({ description: 'Name, or address of who is not signed in; empty where it is hidden.' }) user!: string;
  @Field() bot!: boolean;
  @Field() minor!: boolean;
  @Field(() => Int) namespace!: number;
  @Field() comment!: string;
  @Field({ description: 'When it was made.' }) time!: Date;
  @Field(() => Int, { nullable: true, description: 'Bytes.' }) oldLength!: number | null;
  @Field(() => Int, { nullable: true, description: 'Bytes.' }) newLength!: number | null;
  @Field(() => Int, { nullable: true, description: 'Bytes added, below zero for bytes removed.' }) delta!:
    | number
    | null;
  @Field(() => ID, { nullable: true, description: 'The revision that it made.' }) revision!: string | null;
  @Field(() => String, { nullable: true, description: 'Shows the change, or at least the page.' }) url!: string | null;
  /** The message, where it is at hand; `raw` asks the table otherwise. */
  message?: string;
}

@Directive('@key(fields: "id")')
@ObjectType('Company')
export class WikiCompany {
  @Field(() => ID) id!: string;
  @Directive('@external')
  @Field(() => String, { nullable: true })
  name!: string | null;
}

@ObjectType()
export class WikiEditEvent {
  @Field() edit!: WikiEdit;
  @Field(() => GraphQLCursor, { description: 'Resumes right after this event.' }) cursor!: string;
  @Field({ description: 'When the message entered the log.' }) at!: Date;
}

@ObjectType()
export class WikiActivityEvent {
  @Field() activity!: WikiActivity;
  @Field({ description: 'Whether the bucket had closed before, and an edit came late.' }) correction!: boolean;
  @Field(() => GraphQLCursor, { description: 'Resumes right after this event.' }) cursor!: string;
  @Field({
    description: 'When the message that closed or corrected the bucket entered the log, or when its time had passed.',
  })
  at!: Date;
}

export const WikiEditConnection = connectionType(WikiEdit);
