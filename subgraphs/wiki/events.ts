import { Arg, Resolver, Root, Subscription } from 'type-graphql';
import type { LoggedMessage } from '../../platform/messageLog.ts';
import { unlessBroken } from '../../schema/contract.ts';
import { type WikiEdit as Edit, parseWikiEdit } from '../../schema/wiki/edit.ts';
import type { AppliedPosition } from '../applied.ts';
import { durationMs } from '../duration.ts';
import { streamOfItsOwn } from '../federated.ts';
import { GraphQLCursor } from '../scalars.ts';
import type { StreamEvent } from '../streams/seam.ts';
import type { Streams } from '../streams/stream.ts';
import { untilAnswered } from '../untilAnswered.ts';
import { editFilter, matches } from './filter.ts';
import type { WikiQuestions } from './questions.ts';
import { WikiActivityEvent, WikiEdit, WikiEditEvent, WikiFilter } from './types.ts';
import { LiveWindow, type Seen } from './window.ts';

const topic = 'wiki.edits';

interface StreamArguments {
  where?: WikiFilter | null;
  after?: string | null;
  since?: Date | null;
  until?: Date | null;
}

/** The events of wikiEdits: messages of wiki.edits, each as soon as it comes, whether the table has it or not. */
export function wikiEditEvents(streams: Streams) {
  return ({ where, after, since, until }: StreamArguments) => {
    const filter = editFilter(where);
    return streams.subscribe<WikiEdit>({
      topic,
      scope: { field: 'wikiEdits', filter },
      after,
      since,
      until,
      select: (message) => {
        const edit = editOf(message);
        return edit && matches(edit, filter) ? toEdit(edit, message) : undefined;
      },
    });
  };
}

/** The events of wikiActivity; LiveWindow says what they are. */
export function wikiActivityEvents(streams: Streams, questions: WikiQuestions, applied: AppliedPosition) {
  return async ({ every: length, where, after, since, until }: StreamArguments & { every: string }) => {
    const every = durationMs('every', length);
    const filter = editFilter(where);
    const scope = { field: 'wikiActivity', filter: { every, ...filter } };
    const cursors = streams.marked(topic, scope);
    const mark = after == null ? undefined : cursors.markOf(after);
    const source = await streams.subscribe<Seen>({
      topic,
      scope,
      after,
      since,
      until,
      select: (message) => {
        const edit = editOf(message);
        return edit && { time: edit.time, partition: message.partition, counts: matches(edit, filter) };
      },
    });
    return new LiveWindow(source, {
      every,
      mark,
      until: until?.getTime(),
      encode: cursors.encode,
      now: Date.now,
      async count(position, from, to, signal) {
        await applied.reaches(position, signal);
        return untilAnswered(() => questions.activityBefore(position, from, to, every, filter, signal), signal);
      },
    });
  };
}

/** A message that breaks its contract is no edit, so it has no event. */
function editOf({ partition, offset, value }: LoggedMessage): Edit | undefined {
  return unlessBroken(() => parseWikiEdit(value, { topic, partition, offset }));
}

function toEdit(edit: Edit, { value }: LoggedMessage): WikiEdit {
  return Object.assign(new WikiEdit(), edit, { time: new Date(edit.time), message: value! });
}

@Resolver()
export class WikiEventResolver {
  @Subscription(() => WikiEditEvent, {
    description:
      'Edits as they come. Starts now, `after` a cursor or `since` a time, and ends at `until` when it is given.',
    subscribe: streamOfItsOwn,
  })
  wikiEdits(
    @Root() { value: edit, cursor, at }: StreamEvent<WikiEdit>,
    @Arg('where', () => WikiFilter, { nullable: true }) _where: WikiFilter | null,
    @Arg('after', () => GraphQLCursor, { nullable: true }) _after: string | null,
    @Arg('since', () => Date, { nullable: true }) _since: Date | null,
    @Arg('until', () => Date, { nullable: true }) _until: Date | null,
  ): WikiEditEvent {
    return Object.assign(new WikiEditEvent(), { edit, cursor, at });
  }

  @Subscription(() => WikiActivityEvent, {
    description:
      'A live window: emitted when a bucket closes, a few seconds after its end, and again when a late edit corrects it. Buckets begin at multiples of `every` since 1970.',
    subscribe: streamOfItsOwn,
  })
  wikiActivity(
    @Root() { activity, correction, cursor, at }: WikiActivityEvent,
    @Arg('every', () => String, { description: 'ISO 8601 duration such as PT1M.' }) _every: string,
    @Arg('where', () => WikiFilter, { nullable: true }) _where: WikiFilter | null,
    @Arg('after', () => GraphQLCursor, { nullable: true }) _after: string | null,
    @Arg('since', () => Date, { nullable: true }) _since: Date | null,
    @Arg('until', () => Date, { nullable: true }) _until: Date | null,
  ): WikiActivityEvent {
    return Object.assign(new WikiActivityEvent(), { activity, correction, cursor, at });
  }
}
