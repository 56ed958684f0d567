import { ask } from '../client.ts';
import { follow, lostInWords } from '../follow.ts';
import { Newest } from '../ui/newest.ts';
import { PacedObservable } from '../ui/observable.ts';

/** A message of a topic. */
export interface Message {
  partition: number;
  offset: string;
  key: string | null;
  /** As text. */
  value: string;
  /** The bytes of the value, where the text does not say them. */
  base64?: string | undefined;
  headers: Record<string, string> | null;
  at: string;
}

/** Where a message stands. */
export const placeOf = ({ partition, offset }: Pick<Message, 'partition' | 'offset'>) => `${partition}/${offset}`;

export interface Question {
  topic: string;
  key: string | undefined;
  /** RFC 3339; undefined: the oldest that is kept. */
  from: string | undefined;
}

export type ReaderState =
  | { is: 'idle' | 'reading' | 'live' | 'paused' }
  /** Of the tail, which is not there yet or no longer: what happened, in words. */
  | { is: 'lost'; reason: string }
  | { is: 'failed'; error: Error };

const pageSize = 100;
/** The newest of so many messages are held, and of so many characters. */
const most = { items: 10_000, weight: 64 * 1024 * 1024 };

const fields = 'partition offset key value base64 headers at';
const pages = `query Messages($topic: String!, $key: String, $from: DateTime, $first: Int, $after: String) {
  topic(name: $topic) { messages(key: $key, from: $from, first: $first, after: $after) {
    edges { cursor node { ${fields} } } pageInfo { hasNextPage } } } }`;
const tail = `subscription Tail($topic: String!, $key: String, $since: DateTime) {
  topicMessages(topic: $topic, key: $key, since: $since) { cursor message { ${fields} } } }`;

interface Page {
  topic: {
    messages: { edges: { cursor: string; node: Message }[]; pageInfo: { hasNextPage: boolean } };
  };
}

/**
 * Reads the messages of a topic on and on: page by page, or live. Each goes on right after the last message that came,
 * by a page or by an event (S52), so that nothing is lost and nothing comes twice.
 */
export class Reader extends PacedObservable {
  readonly messages = new Newest<Message>(weigh, most);
  state: ReaderState = { is: 'idle' };
  /** Whether there was more when the last page was read. */
  hasMore = true;
  #cursor: string | undefined;
  #leave = () => {};

  constructor(readonly question: Question) {
    super();
  }

  /** Reads the next page. */
  async more(): Promise<void> {
    this.#leave();
    const leaving = new AbortController();
    this.#leave = () => leaving.abort();
    this.#is({ is: 'reading' });
    const variables = { ...this.question, first: pageSize, after: this.#cursor };
    try {
      const { edges, pageInfo } = (await ask<Page>(pages, variables, leaving.signal)).topic.messages;
      if (leaving.signal.aborted) return;
      this.messages.push(...edges.map(({ node }) => held(node)));
      this.#cursor = edges.at(-1)?.cursor ?? this.#cursor;
      this.hasMore = pageInfo.hasNextPage;
      this.#is({ is: 'idle' });
    } catch (error) {
      if (!leaving.signal.aborted) this.#is({ is: 'failed', error: error as Error });
    }
  }

  /** Goes on live. */
  tail(): void {
    this.#leave();
    // Until there is a message to begin after, it begins where the pages would.
    const { topic, key, from: since = new Date(0).toISOString() } = this.question;
    this.#is({ is: 'lost', reason: 'Connecting…' });
    const following = follow(
      { query: tail, variables: { topic, key, since } },
      {
        told: (told) => {
          if (told.type === 'connected') return this.#is({ is: 'live' });
          if (told.type === 'lost') return this.#is({ is: 'lost', reason: lostInWords(told) });
          const event = (told.result.data as { topicMessages: { message: Message } } | null | undefined)?.topicMessages;
          if (event) this.messages.push(held(event.message));
          this.#cursor = told.cursor ?? this.#cursor;
          this.changed();
        },
        ended: (error = new Error('The gateway has ended the subscription.')) => this.#is({ is: 'failed', error }),
      },
      this.#cursor,
    );
    this.#leave = () => following.stop();
  }

  /** Stops the tail, but keeps its place. A page that is under way still comes. */
  pause(): void {
    if (this.state.is !== 'live' && this.state.is !== 'lost') return;
    this.#leave();
    this.#leave = () => {};
    this.#is({ is: 'paused' });
  }

  #is(state: ReaderState): void {
    this.state = state;
    this.changed();
  }
}

/** The bytes are held only where the text has lost some. */
const held = ({ base64, ...message }: Message): Message =>
  message.value.includes('\uFFFD') ? { ...message, base64 } : message;

const weigh = ({ value, base64, key, headers }: Message) =>
  value.length + (base64?.length ?? 0) + (key?.length ?? 0) + (headers ? JSON.stringify(headers).length : 0);
