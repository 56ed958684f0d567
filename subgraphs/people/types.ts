import { createUnionType, Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '../connection.ts';
import { GraphQLCursor, GraphQLDate } from '../scalars.ts';

@Directive('@key(fields: "id")')
@ObjectType()
export class Person {
  @Field(() => ID) id!: string;
  @Field(() => String, { nullable: true, description: 'Null while only others have spoken of this person.' }) name!:
    | string
    | null;
}

@Directive('@key(fields: "id")')
@ObjectType()
export class Company {
  @Field(() => ID) id!: string;
  @Field(() => String, { nullable: true, description: 'Null while only others have spoken of this company.' }) name!:
    | string
    | null;
  @Field(() => Int, { nullable: true }) headcount!: number | null;
}

@Directive('@key(fields: "id")')
@ObjectType('Term')
export class PeopleTerm {
  @Field(() => ID) id!: string;
  @Directive('@external')
  @Field()
  text!: string;
}

@ObjectType({
  description: 'A stint: one person can have several at one company; identity is person, company, title and start.',
})
export class Employment {
  @Field(() => Person) person!: Person;
  @Field(() => Company) company!: Company;
  @Field(() => String, { nullable: true }) title!: string | null;
  @Field(() => GraphQLDate, { nullable: true }) startDate!: string | null;
  @Field(() => GraphQLDate, { nullable: true, description: 'The last day.' }) endDate!: string | null;
  @Field({ description: 'Begun and not ended: a start, and no end.' }) current!: boolean;
}

@ObjectType()
export class Acquisition {
  @Field(() => Company) acquirer!: Company;
  @Field(() => Company) acquired!: Company;
  @Field({ description: 'Whether the company is now part of its buyer.' }) merged!: boolean;
}

@ObjectType()
export class AcquiredCompany {
  @Field(() => Company) company!: Company;
  @Field(() => Int, { description: '1 for a direct acquisition.' }) depth!: number;
}

@Directive('@oneOf')
@InputType()
export class NodeRef {
  @Field(() => ID, { nullable: true }) person?: string | null;
  @Field(() => ID, { nullable: true }) company?: string | null;
}

export const PathNode = createUnionType({
  name: 'PathNode',
  types: () => [Person, Company] as const,
});

@ObjectType()
export class Path {
  @Field(() => Int, { description: 'Number of steps.' }) length!: number;
  @Field(() => [PathNode]) nodes!: (Person | Company)[];
}

export enum GraphChangeKind {
  PERSON = 'PERSON',
  COMPANY = 'COMPANY',
  EMPLOYMENT = 'EMPLOYMENT',
  ACQUISITION = 'ACQUISITION',
}
registerEnumType(GraphChangeKind, { name: 'GraphChangeKind' });

@ObjectType({ description: 'A message about the graph, once the graph holds it.' })
export class GraphChange {
  @Field(() => GraphChangeKind) kind!: GraphChangeKind;
  @Field(() => Person, { nullable: true, description: 'The person, of PERSON and EMPLOYMENT.' }) person!: Person | null;
  @Field(() => Company, { nullable: true, description: 'The company, of COMPANY and EMPLOYMENT.' })
  company!: Company | null;
  @Field(() => Employment, { nullable: true }) employment!: Employment | null;
  @Field(() => Acquisition, { nullable: true }) acquisition!: Acquisition | null;
  @Field(() => GraphQLCursor, { description: 'Resumes right after this event.' }) cursor!: string;
  @Field({ description: 'When the message entered the log.' }) at!: Date;
}

export const PersonConnection = connectionType(Person);
export const CompanyConnection = connectionType(Company);
export const EmploymentConnection = connectionType(Employment);
export const AcquisitionConnection = connectionType(Acquisition);
