import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Settings } from '../platform/config.ts';
import { messageOf } from '../platform/errors.ts';
import { Asked, ask } from './ask.ts';

interface Topic {
  name: string;
  partitions: { id: number; start: string; end: string }[];
  views: { view: string; lag: number; rate: number; at: string | null }[];
}

const topicFields = 'name partitions { id start end } views { view lag rate at }';

/** Every topic, or one: how much Kafka has of it, and how far its views are. */
export async function topics(settings: Settings, name: string | undefined, options: { json: boolean }): Promise<void> {
  const found = await (name === undefined ? everyTopic(settings) : [await oneTopic(settings, name)]);
  for (const topic of found) await print(options.json ? JSON.stringify(topic) : linesOf(topic));
}

async function everyTopic(settings: Settings): Promise<Topic[]> {
  return (await ask<{ topics: Topic[] }>(settings, 'streams', `{ topics { ${topicFields} } }`)).topics;
}

async function oneTopic(settings: Settings, name: string): Promise<Topic> {
  const query = `query ($name: String!) { topic(name: $name) { ${topicFields} } }`;
  const { topic } = await ask<{ topic: Topic | null }>(settings, 'streams', query, { name });
  return topic ?? unknownTopic(name);
}

function unknownTopic(name: string): never {
  throw new Error(`There is no topic ${name}. \`tributary topics\` lists those that there are.`);
}

function linesOf({ name, partitions, views }: Topic): string {
  const inKafka = partitions.reduce((sum, { start, end }) => sum + Number(end) - Number(start), 0);
  const lines = views.map(({ view, lag, rate, at }) => {
    const upTo = at === null ? 'has taken nothing' : `up to ${new Date(at).toISOString()}`;
    return `  ${view.padEnd(10)}${lag} behind, ${rate.toFixed(1)}/s, ${upTo}`;
  });
  const parts = partitions.length === 1 ? 'one partition' : `${partitions.length} partitions`;
  return [`${name}  ${inKafka} in Kafka, ${parts}`, ...lines].join('\n');
}

export interface MessagesOptions {
  key?: string;
  from?: Date;
  after?: string;
  first: number;
  follow: boolean;
}

const messageFields = 'partition offset at key headers value';
interface Printed<Node> {
  edges: { node: Node; cursor: string }[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
}

/** The messages of a topic, one a line of JSON, from the log; or those that come, until a signal. */
export function messages(settings: Settings, topic: string, options: MessagesOptions): Promise<void> {
  return Asked.of(settings, 'streams', (asked) =>
    options.follow ? follow(asked, topic, options) : history(asked, topic, options),
  );
}

function history(asked: Asked, topic: string, { key, from, after, first }: MessagesOptions): Promise<void> {
  const query = `query ($topic: String!, $key: String, $from: DateTime, $first: Int, $after: String) {
    topic(name: $topic) { messages(key: $key, from: $from, first: $first, after: $after) {
      edges { cursor node { ${messageFields} } } pageInfo { hasNextPage endCursor } } } }`;
  return printPages<object>({ first, after }, async (page) => {
    const variables = { topic, key, from, ...page };
    const found = await asked.query<{ topic: { messages: Printed<object> } | null }>(query, variables);
    return (found.topic ?? unknownTopic(topic)).messages;
  });
}

function follow(asked: Asked, topic: string, { key, from: since, after }: MessagesOptions): Promise<void> {
  const query = `subscription ($topic: String!, $key: String, $after: Cursor, $since: DateTime) {
    topicMessages(topic: $topic, key: $key, after: $after, since: $since) { cursor message { ${messageFields} } } }`;
  type Event = { topicMessages: { message: object; cursor: string } };
  return asked.watch<Event>(query, { topic, key, since, after }, ({ topicMessages: { message, cursor } }) =>
    print(JSON.stringify({ ...message, cursor })),
  );
}

export interface LettersOptions {
  topic?: string;
  from?: Date;
  to?: Date;
  first: number;
}

const letterFields = 'id topic partition offset at redriven key headers reason';

/** Dead letters without their values, newest first, one a line of JSON. */
export function letters(settings: Settings, { first, ...filter }: LettersOptions): Promise<void> {
  const query = `query ($topic: String, $from: DateTime, $to: DateTime, $first: Int, $after: String) {
    deadLetters(topic: $topic, from: $from, to: $to, first: $first, after: $after) {
      edges { cursor node { ${letterFields} } } pageInfo { hasNextPage endCursor } } }`;
  return Asked.of(settings, 'streams', (asked) =>
    printPages({ first, after: undefined }, async (page) => {
      const found = await asked.query<{ deadLetters: Printed<object> }>(query, { ...filter, ...page });
      return found.deadLetters;
    }),
  );
}

const mostOfPage = 1_000;

/** Prints a list to its end, or so many of it, each with the cursor after it. */
async function printPages<Node extends object>(
  { first, after }: { first: number; after: string | undefined },
  read: (page: { first: number; after: string | undefined }) => Promise<Printed<Node>>,
): Promise<void> {
  for (let left = first; left > 0; ) {
    const { edges, pageInfo } = await read({ first: Math.min(left, mostOfPage), after });
    for (const { node, cursor } of edges) await print(JSON.stringify({ ...node, cursor }));
    if (!pageInfo.hasNextPage) return;
    left -= edges.length;
    after = pageInfo.endCursor;
  }
}

/** Dead letters with their values. */
export async function showLetters(settings: Settings, ids: string[]): Promise<void> {
  const query = `query ($id: ID!) { deadLetter(id: $id) { ${letterFields} value } }`;
  for (const id of ids) {
    const { deadLetter } = await ask<{ deadLetter: object | null }>(settings, 'streams', query, { id });
    if (!deadLetter) throw new Error(`There is no dead letter ${id}. \`tributary dead-letters list\` lists them.`);
    await print(JSON.stringify(deadLetter));
  }
}

/** Sends the messages of dead letters again, or, line by line, what a file has in the place of each. */
export async function redrive(settings: Settings, ids: string[], options: { values?: string }): Promise<void> {
  const statement = `mutation ($ids: [ID!]!, $values: [String!]) {
    redriveDeadLetters(ids: $ids, values: $values) { accepted position } }`;
  const values = options.values === undefined ? undefined : await linesIn(options.values);
  const { redriveDeadLetters } = await ask<{ redriveDeadLetters: object }>(settings, 'streams', statement, {
    ...{ ids, values },
  });
  await print(JSON.stringify(redriveDeadLetters));
}

async function linesIn(path: string): Promise<string[]> {
  const reading = path === '-' ? text(process.stdin) : readFile(path, 'utf8');
  const all = await reading.catch((error) => {
    throw new Error(`The mended values cannot be read: ${messageOf(error)}.`);
  });
  return all.replace(/\r?\n$/, '').split(/\r?\n/);
}

// Whoever reads may have seen enough, as `head` has.
process.stdout.on('error', () => process.exit(0));

/** Waits until whoever reads has taken it, so that a slow reader of a long history costs no memory. */
async function print(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}
