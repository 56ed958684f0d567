import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Settings } from '../platform/config.ts';
import { messageOf } from '../platform/errors.ts';
import { ask } from './ask.ts';

export interface StartOptions {
  id?: string;
  adapter: string;
  endpoint: string;
  secretFile?: string;
  interval: number;
  timeout?: number;
  bucket: string;
  query: Record<string, string>;
}

export async function start(settings: Settings, options: StartOptions): Promise<void> {
  const { secretFile, bucket: bucketName, ...same } = options;
  const input = { ...same, bucketName, secretKey: await secretIn(secretFile) };
  const { startFeed } = await ask<{ startFeed: Answer }>(
    settings,
    'air',
    'mutation ($input: FeedInput!) { startFeed(input: $input) { success message feed { id } } }',
    { input },
  );
  tell(startFeed);
  console.error(`The feed is ${startFeed.feed.id}.`);
}

export async function stop(settings: Settings, id: string): Promise<void> {
  const statement = 'mutation ($id: ID!) { stopFeed(id: $id) { success message feed { id } } }';
  tell((await ask<{ stopFeed: Answer }>(settings, 'air', statement, { id })).stopFeed);
}

export async function list(settings: Settings): Promise<void> {
  const { feeds } = await ask<{ feeds: ({ lastRun: Run | null } & Record<string, string | number>)[] }>(
    settings,
    'air',
    '{ feeds { id state adapter intervalMs worker lastRun { started outcome message payload } } }',
  );
  for (const { id, state, adapter, intervalMs, lastRun } of feeds)
    console.log(
      `${id}  ${state}  ${adapter} every ${Number(intervalMs) / 1000} s  ${lastRun ? lineOf(lastRun) : 'no run'}`,
    );
}

export async function runs(settings: Settings, id: string, options: { first: number }): Promise<void> {
  const { feed } = await ask<{ feed: { runs: { edges: { node: Run }[] } } | null }>(
    settings,
    'air',
    'query ($id: ID!, $first: Int) { feed(id: $id) { runs(first: $first) { edges { node { started outcome message payload } } } } }',
    { id, first: options.first },
  );
  if (!feed) throw new Error(`There is no feed ${id}. \`tributary feed list\` lists those that there are.`);
  for (const { node } of feed.runs.edges) console.log(lineOf(node));
}

interface Answer {
  success: boolean;
  message: string;
  feed: { id: string };
}
interface Run {
  started: string | Date;
  outcome: string;
  message: string | null;
  payload: string | null;
}

const tell = ({ success, message }: Answer) => console.log(JSON.stringify({ success, message }));

function lineOf({ started, outcome, message, payload }: Run): string {
  return [new Date(started).toISOString(), outcome, payload, message].filter((part) => part !== null).join('  ');
}

/** The key of an API, out of a file: on the command line every user of the machine could read it. */
async function secretIn(path: string | undefined): Promise<string> {
  if (path === undefined) return '';
  const reading = path === '-' ? text(process.stdin) : readFile(path, 'utf8');
  const secret = await reading.catch((error) => {
    throw new Error(`The key of the API cannot be read: ${messageOf(error)}. --secret-file says which file holds it.`);
  });
  if (secret.trim() === '')
    throw new Error('The file of --secret-file holds no key. Leave it out where the API wants none.');
  return secret.trim();
}
