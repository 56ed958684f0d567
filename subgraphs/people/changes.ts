import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql';
import type { LoggedMessage } from '../../platform/messageLog.ts';
import { unlessBroken } from '../../schema/contract.ts';
import { type PeopleChange, parsePeopleMessage } from '../../schema/people/change.ts';
import type { AppliedPosition } from '../applied.ts';
import { streamOfItsOwn } from '../federated.ts';
import { GraphQLCursor } from '../scalars.ts';
import type { StreamEvent } from '../streams/seam.ts';
import type { Streams } from '../streams/stream.ts';
import { untilAnswered } from '../untilAnswered.ts';
import type { PeopleQuestions } from './questions.ts';
import { nodeId } from './resolvers.ts';
import { Acquisition, type Company, Employment, GraphChange, GraphChangeKind, type Person } from './types.ts';

interface ChangeArguments {
  person?: string | null;
  company?: string | null;
  kinds?: GraphChangeKind[] | null;
  after?: string | null;
  since?: Date | null;
  until?: Date | null;
}

/** A change, with what the graph says, once it has applied it, of the persons and companies that it is about. */
interface Told {
  change: PeopleChange;
  persons: (Person | null)[];
  companies: (Company | null)[];
}

/** The events of graphChanged: messages of people.events, each held back until the graph has applied it. */
export function graphChanges(streams: Streams, applied: AppliedPosition, questions: PeopleQuestions) {
  const ask = async (change: PeopleChange): Promise<Told> => {
    const [persons, companies] = await Promise.all([
      Promise.all(personsOf(change).map((id) => questions.person(id))),
      Promise.all(companiesOf(change).map((id) => questions.company(id))),
    ]);
    return { change, persons, companies };
  };
  return ({ person, company, kinds, after, since, until }: ChangeArguments) => {
    const filter = {
      person: person == null ? null : nodeId('person', person),
      company: company == null ? null : nodeId('company', company),
      kinds: kinds ? [...new Set(kinds)].sort() : null,
    };
    return streams.subscribe<Told>({
      topic: 'people.events',
      scope: { field: 'graphChanged', filter },
      after,
      since,
      until,
      select: (message) => {
        const change = changeOf(message);
        return change && matches(change, filter) ? { change, persons: [], companies: [] } : undefined;
      },
      ready: async ({ change }, message, ended) => {
        await applied.includes(message, ended);
        return untilAnswered(() => ask(change), ended);
      },
    });
  };
}

/** A message that breaks its contract changes nothing in the graph, so it has no event. */
function changeOf({ value }: LoggedMessage): PeopleChange | undefined {
  return unlessBroken(() => parsePeopleMessage(value));
}

function matches(
  change: PeopleChange,
  { person, company, kinds }: { person: number | null; company: number | null; kinds: GraphChangeKind[] | null },
): boolean {
  if (kinds && !kinds.includes(change.kind as GraphChangeKind)) return false;
  if (person !== null && !personsOf(change).includes(person)) return false;
  return company === null || companiesOf(change).includes(company);
}

function personsOf(change: PeopleChange): number[] {
  if (change.kind === 'PERSON') return [change.id];
  return change.kind === 'EMPLOYMENT' ? [change.person] : [];
}

function companiesOf(change: PeopleChange): number[] {
  switch (change.kind) {
    case 'PERSON':
      return [];
    case 'COMPANY':
      return [change.id];
    case 'EMPLOYMENT':
      return [change.company];
    case 'ACQUISITION':
      return [change.acquirer, change.acquired];
  }
}

@Resolver()
export class GraphChangeResolver {
  @Subscription(() => GraphChange, {
    description:
      'Messages about the graph, each once the graph holds it. All filters must hold. Starts now, `after` a cursor or `since` a time, and ends at `until` when it is given.',
    subscribe: streamOfItsOwn,
  })
  graphChanged(
    @Root() { value, cursor, at }: StreamEvent<Told>,
    @Arg('person', () => ID, { nullable: true }) _person: string | null,
    @Arg('company', () => ID, { nullable: true }) _company: string | null,
    @Arg('kinds', () => [GraphChangeKind], { nullable: true }) _kinds: GraphChangeKind[] | null,
    @Arg('after', () => GraphQLCursor, { nullable: true }) _after: string | null,
    @Arg('since', () => Date, { nullable: true }) _since: Date | null,
    @Arg('until', () => Date, { nullable: true }) _until: Date | null,
  ): GraphChange {
    return toGraphChange(value, cursor, at);
  }
}

function toGraphChange({ change, persons, companies }: Told, cursor: string, at: Date): GraphChange {
  const person = persons[0] ?? null;
  const event = {
    kind: change.kind,
    person,
    company: companies[0] ?? null,
    employment: null,
    acquisition: null,
    cursor,
    at,
  };
  switch (change.kind) {
    case 'PERSON':
    case 'COMPANY':
      return Object.assign(new GraphChange(), event);
    case 'EMPLOYMENT': {
      const { title, start: startDate, end: endDate } = change;
      const current = startDate !== null && endDate === null;
      const employment = Object.assign(new Employment(), {
        person,
        company: companies[0],
        title,
        startDate,
        endDate,
        current,
      });
      return Object.assign(new GraphChange(), event, { employment });
    }
    case 'ACQUISITION': {
      const [acquirer, acquired] = companies;
      const acquisition = Object.assign(new Acquisition(), { acquirer, acquired, merged: change.merged });
      return Object.assign(new GraphChange(), event, { company: null, acquisition });
    }
  }
}
