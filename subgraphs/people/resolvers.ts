import { Arg, Directive, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { TributaryError } from '../../platform/errors.ts';
import type { Publisher } from '../../platform/publish.ts';
import { keyOf, toPeopleChange } from '../../schema/people/change.ts';
import { pageRequest } from '../connection.ts';
import { published, Receipt } from '../receipt.ts';
import { checked } from '../refused.ts';
import { GraphQLJSON } from '../scalars.ts';
import type { Streams } from '../streams/stream.ts';
import { nodeOrder, type PeopleQuestions, stintOrder } from './questions.ts';
import type { Label } from './statements.ts';
import {
  AcquiredCompany,
  Acquisition,
  AcquisitionConnection,
  Company,
  CompanyConnection,
  EmploymentConnection,
  NodeRef,
  Path,
  PeopleTerm,
  Person,
  PersonConnection,
} from './types.ts';

const defaultHops = 6;
const greatestHops = 15;
const defaultDepth = 10;
const greatestDepth = 100;
const greatestBatch = 10_000;

@Resolver(() => Person)
export class PersonResolver {
  constructor(readonly questions: PeopleQuestions) {}

  @Query(() => Person, { nullable: true })
  person(@Arg('id', () => ID) id: string) {
    return this.questions.person(nodeId('person', id));
  }

  @Query(() => PersonConnection, {
    description: 'Case-insensitive, Unicode-aware substring of the name; all people without it. Ordered by name, id.',
  })
  people(
    @Arg('name', () => String, { nullable: true }) name: string | null,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    return this.questions.persons(name, pageRequest(first, after, nodeOrder));
  }

  @FieldResolver(() => EmploymentConnection, {
    description: 'Latest start first; `current` keeps only the present or only the past ones.',
  })
  employers(
    @Root() person: Person,
    @Arg('current', () => Boolean, { nullable: true }) current: boolean | null,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    return this.questions.employers(person, current ?? null, pageRequest(first, after, stintOrder));
  }

  @FieldResolver(() => PersonConnection, { description: 'People whose time at the same company overlapped.' })
  colleagues(
    @Root() person: Person,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    return this.questions.colleagues(person, pageRequest(first, after, nodeOrder));
  }
}

@Resolver(() => PeopleTerm)
export class PeopleTermResolver {
  constructor(readonly questions: PeopleQuestions) {}

  @Directive('@requires(fields: "text")')
  @FieldResolver(() => Company, {
    nullable: true,
    description:
      'The company whose name the term is, in small or capital letters; of several the one of the lowest id.',
  })
  company(@Root() { text }: PeopleTerm) {
    return this.questions.companyNamed(text);
  }
}

@Resolver(() => Company)
export class CompanyResolver {
  constructor(readonly questions: PeopleQuestions) {}

  @Query(() => Company, { nullable: true })
  company(@Arg('id', () => ID) id: string) {
    return this.questions.company(nodeId('company', id));
  }

  @Query(() => CompanyConnection, { description: 'As people, for companies.' })
  companies(
    @Arg('name', () => String, { nullable: true }) name: string | null,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    return this.questions.companies(name, pageRequest(first, after, nodeOrder));
  }

  @FieldResolver(() => EmploymentConnection, {
    description: 'Latest start first; `current` keeps only the present or only the past ones.',
  })
  employees(
    @Root() company: Company,
    @Arg('current', () => Boolean, { nullable: true }) current: boolean | null,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    return this.questions.employees(company, current ?? null, pageRequest(first, after, stintOrder));
  }

  @FieldResolver(() => AcquisitionConnection)
  acquisitions(
    @Root() company: Company,
    @Arg('first', () => Int, { nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    return this.questions.acquisitions(company, pageRequest(first, after, nodeOrder));
  }

  @FieldResolver(() => [Acquisition])
  acquiredBy(@Root() company: Company) {
    return this.questions.acquirers(company);
  }

  @FieldResolver(() => [AcquiredCompany], {
    description: 'All companies reachable by acquisitions, with the depth at which each is met; cycles end.',
  })
  acquisitionTree(
    @Root() company: Company,
    @Arg('maxDepth', () => Int, { nullable: true, defaultValue: defaultDepth }) maxDepth: number | null,
  ) {
    return this.questions.acquisitionTree(company, within('maxDepth', maxDepth ?? defaultDepth, greatestDepth));
  }
}

@Resolver()
export class PathResolver {
  constructor(readonly questions: PeopleQuestions) {}

  @Query(() => Path, {
    nullable: true,
    description: 'The shortest chain of employments and acquisitions between two nodes; null when there is none.',
  })
  shortestPath(
    @Arg('from', () => NodeRef) from: NodeRef,
    @Arg('to', () => NodeRef) to: NodeRef,
    @Arg('maxHops', () => Int, { nullable: true, defaultValue: defaultHops }) maxHops: number | null,
  ) {
    const hops = within('maxHops', maxHops ?? defaultHops, greatestHops);
    return this.questions.shortestPath(node('from', from), node('to', to), hops);
  }
}

@Resolver()
export class PeopleMutationResolver {
  constructor(
    readonly publisher: Publisher,
    readonly streams: Streams,
  ) {}

  @Mutation(() => Receipt, {
    description: 'Messages in the form of the topic people.events. All are taken, or none when one is wrong.',
  })
  async publishPeople(@Arg('messages', () => [GraphQLJSON]) messages: unknown[]): Promise<Receipt> {
    if (messages.length === 0) throw new TributaryError('BAD_USER_INPUT', 'messages is empty; send at least one.');
    if (messages.length > greatestBatch)
      throw new TributaryError(
        'BAD_USER_INPUT',
        `messages holds ${messages.length}; send at most ${greatestBatch} at once.`,
      );
    const keyed = messages.map((message, at) => ({ key: keyOfMessage(message, at), value: JSON.stringify(message) }));
    return published(this, 'people.events', keyed);
  }
}

function keyOfMessage(message: unknown, at: number): string {
  return checked(
    () => keyOf(toPeopleChange(message)),
    (reason) => `messages[${at}]: ${reason}`,
  );
}

/** @throws TributaryError BAD_USER_INPUT when the text is not a whole number */
export function nodeId(of: string, id: string): number {
  const number = Number(id);
  if (/^\d+$/.test(id) && Number.isSafeInteger(number)) return number;
  throw new TributaryError('BAD_USER_INPUT', `The id of a ${of} is a whole number, not "${id.slice(0, 80)}".`);
}

function node(argument: string, { person, company }: NodeRef): [Label, number] {
  if (person != null && company == null) return ['Person', nodeId('person', person)];
  if (company != null && person == null) return ['Company', nodeId('company', company)];
  throw new TributaryError('BAD_USER_INPUT', `${argument} must name either a person or a company.`);
}

function within(argument: string, value: number, greatest: number): number {
  if (value >= 1 && value <= greatest) return value;
  throw new TributaryError('BAD_USER_INPUT', `${argument} must be between 1 and ${greatest}, not ${value}.`);
}
