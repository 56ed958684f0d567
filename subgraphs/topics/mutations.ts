import type { Message } from 'kafkajs';
import { Arg, ID, Mutation, Resolver } from 'type-graphql';
import { TributaryError } from '../../platform/errors.ts';
import { oneAtATime } from '../../platform/oneAtATime.ts';
import type { Publisher } from '../../platform/publish.ts';
import { quote } from '../../schema/contract.ts';
import { faultHeader } from '../../schema/found.ts';
import { redriveHeader, redrivenPlace, sourceHeaders, type TopicName } from '../../schema/topics.ts';
import { Receipt } from '../receipt.ts';
import type { Streams } from '../streams/stream.ts';
import { type Origin, originOf, type TopicQuestions } from './questions.ts';
import { knownTopic } from './resolvers.ts';

const mostLetters = 1_000;
/** So many are held in memory at once. */
const chunk = 50;
/** So many are named in an error. */
const mostNamed = 10;

/** Headers that are about how a message came the first time: why it was broken, and where its source was then. */
const notSentAgain = new Set<string>([faultHeader, ...Object.values(sourceHeaders), redriveHeader]);

interface Letter extends Origin {
  id: string;
  /** The mended value, if there is one. */
  mended: string | undefined;
}

@Resolver()
export class RedriveResolver {
  readonly #inTurn = oneAtATime();

  constructor(
    readonly publisher: Publisher,
    readonly streams: Streams,
    readonly questions: TopicQuestions,
    /** Waits until the log holds everything that was written to the topic before. */
    readonly upToDate: (topic: TopicName) => Promise<void>,
  ) {}

  @Mutation(() => Receipt, {
    description:
      'Sends the messages of dead letters, of one topic and 1000 at most, to it again, with their keys and headers; or, where `values` are given, one for each id, these in the place of theirs. A message is sent again once: what was is refused, and says when. One that is still wrong becomes another dead letter.',
  })
  redriveDeadLetters(
    @Arg('ids', () => [ID]) ids: string[],
    @Arg('values', () => [String], { nullable: true }) values: string[] | null,
  ): Promise<Receipt> {
    // One after the other, so that the second of two requests about the same letter sees what the first has sent.
    return this.#inTurn(() => this.#redrive(ids, values ?? undefined));
  }

  async #redrive(ids: string[], values: string[] | undefined): Promise<Receipt> {
    const letters = await this.#letters(ids, values);
    const topic = topicOf(letters);
    await this.upToDate(topic);
    await this.#refuseRedriven(letters);
    await this.#refuseLost(topic, letters);
    const position: number[] = [];
    for (let start = 0; start < letters.length; start += chunk) {
      const messages = await this.#messages(topic, letters.slice(start, start + chunk));
      const written = await this.publisher.publish(topic, messages);
      for (const [partition, next] of written.entries()) position[partition] = Math.max(position[partition] ?? 0, next);
    }
    return Object.assign(new Receipt(), {
      ...{ accepted: letters.length, position: this.streams.receipt(topic, position) },
    });
  }

  async #letters(ids: string[], values: string[] | undefined): Promise<Letter[]> {
    if (ids.length === 0 || ids.length > mostLetters)
      throw refused(`ids must be 1 to ${mostLetters} dead letters, not ${ids.length}`);
    if (values && values.length !== ids.length)
      throw refused(`values must be one for each of the ${ids.length} ids, not ${values.length}`);
    const unknown = (wrong: string[]) => refused(`There is no dead letter ${named(wrong)}`);
    const malformed = ids.filter((id) => !redrivenPlace(id));
    if (malformed.length > 0) throw unknown(malformed);
    const places = ids.map((id) => redrivenPlace(id)!);
    const headers = await this.questions.headersAt('dead.letters', places);
    const missing = ids.filter((_, at) => !headers[at]);
    if (missing.length > 0) throw unknown(missing);
    const letters = ids.map((id, at) => ({ id, mended: values?.[at], ...originOf(headers[at]!) }));
    // A crash can make two letters of one message.
    const first = new Map<string, string>();
    for (const letter of letters) {
      const other = first.get(placeOf(letter));
      if (other !== undefined) throw refused(`${quote(letter.id)} and ${quote(other)} are about the same message`);
      first.set(placeOf(letter), letter.id);
    }
    return letters;
  }

  async #refuseRedriven(letters: Letter[]): Promise<void> {
    const times = await Promise.all(
      letters.map(({ topic, partition, offset }) => this.questions.redriven(topic, partition, offset)),
    );
    const redriven = letters.flatMap(({ id }, at) => (times[at] ? [`${quote(id)} at ${times[at].toISOString()}`] : []));
    if (redriven.length > 0)
      throw refused(
        `Already sent again: ${listed(redriven)}. What is still wrong with such a message is a dead letter of its own. Leave these out; nothing was sent`,
      );
  }

  async #refuseLost(topic: TopicName, letters: Letter[]): Promise<void> {
    const headers = await this.questions.headersAt(topic, letters);
    const lost = letters.filter((_, at) => !headers[at]).map(({ id }) => id);
    if (lost.length > 0)
      throw refused(
        `The log of ${topic} no longer has the messages of ${named(lost)}: produce them anew. Nothing was sent`,
      );
  }

  async #messages(topic: TopicName, letters: Letter[]): Promise<Message[]> {
    const originals = await Promise.all(
      letters.map(({ partition, offset }) => this.questions.original(topic, partition, offset)),
    );
    return letters.map(({ mended, partition, offset }, at) => {
      const original = originals[at]!;
      const headers = Object.entries(original.headers).filter(([name]) => !notSentAgain.has(name));
      return {
        key: original.key,
        value: mended ?? original.value,
        headers: { ...Object.fromEntries(headers), [redriveHeader]: `${partition}/${offset}` },
      };
    });
  }
}

/** @throws TributaryError BAD_USER_INPUT unless they are of one topic, which is the stream of the receipt */
function topicOf(letters: Letter[]): TopicName {
  const topics = [...new Set(letters.map(({ topic }) => topic))];
  if (topics.length > 1)
    throw refused(`The letters are of several topics, ${named(topics)}: send those of one at a time`);
  const topic = knownTopic(topics[0]!);
  const nowhere = letters.filter(({ partition }) => partition < 0);
  if (nowhere.length > 0) throw refused(`${named(nowhere.map(({ id }) => id))} do not say where they came from`);
  return topic;
}

const refused = (what: string) => new TributaryError('BAD_USER_INPUT', `${what}.`);
const placeOf = ({ topic, partition, offset }: Origin) => `${topic}/${partition}/${offset}`;
const named = (texts: string[]) => listed(texts.map(quote));

function listed(texts: string[]): string {
  const more = texts.length - mostNamed;
  return texts.slice(0, mostNamed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
