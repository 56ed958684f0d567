#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander';
import { viewNames } from '../ingest/ingest.ts';
import { readSettings } from '../platform/config.ts';
import { messageOf } from '../platform/errors.ts';
import { version } from '../platform/root.ts';
import type { GenerateOptions } from './generate.ts';

// Each command is loaded when it is called, so that small ones stay quick.
const program = new Command('tributary')
  .description('One federated GraphQL graph over Kafka, Neo4j and ClickHouse, history and live.')
  .version(version)
  .showHelpAfterError('--help says what it takes.');

program
  .command('up')
  .description('start everything on this machine: the three servers, ingest and gateway')
  .option('--no-demo', 'neither load demo data into an empty graph nor read or invent edits of wikis')
  .action(async (options: { demo: boolean }) => (await import('./up.ts')).up(readSettings(), options));

program
  .command('servers')
  .description('start the three servers alone, and print their addresses')
  .option('--scratch', 'on free ports with throw-away data; test runs use them while they are up', false)
  .action(async (options: { scratch: boolean }) => (await import('./servers.ts')).servers(readSettings(), options));

program
  .command('gateway')
  .description('serve the graph and the explorer')
  .action(async () => (await import('./gateway.ts')).gateway(readSettings()));

program
  .command('subgraph <name>')
  .description('serve one subgraph by itself, over HTTP and WebSocket at PORT')
  .action(async (name: string) => (await import('./subgraph.ts')).subgraph(readSettings(), name));

program
  .command('ingest')
  .description('keep the views up to date with Kafka')
  .addOption(new Option('--only <view...>', 'only these views').choices(viewNames).default([...viewNames], 'all'))
  .action(async (options) => (await import('./ingest.ts')).ingest(readSettings(), options.only));

const produce = program.command('produce').description('write messages to Kafka');
produce
  .command('people [path]')
  .description(
    'people and companies out of NDJSON, a JSON array, a folder of such files, a named pipe, or standard input (-)',
  )
  .option('--batch <count>', 'messages a request', wholeNumber, 1000)
  .option('--rate <count>', 'messages a second at the most', wholeNumber)
  .action(async (path: string | undefined, options) =>
    (await import('./produce.ts')).people(readSettings(), path ?? '-', options),
  );
for (const [name, description] of [
  [
    'occupancy',
    'readings of people counters out of NDJSON, or CSV with the columns timestamp, direction, dpu_id and perhaps reading_id, from a file or standard input (-)',
  ],
  ['menu', 'menu items, likewise, with the columns MenuId, ProductName, and perhaps ProductDescription and ItemId'],
  ['terms', 'names that are looked for in menu items, likewise, with the columns TermId and Term'],
] as const)
  produce
    .command(`${name} [path]`)
    .description(description)
    .addOption(
      new Option('--format <name>', 'what it is (default: ndjson when the first line begins with {, else csv)').choices(
        ['csv', 'ndjson'],
      ),
    )
    .option('--batch <count>', 'messages a request', wholeNumber, 1000)
    .option('--rate <count>', 'messages a second at the most', wholeNumber)
    .action(async (path: string | undefined, options) =>
      (await import('./produce.ts'))[name](readSettings(), path ?? '-', options),
    );

const source = program.command('source').description('read what happens in the world into Kafka');
source
  .command('air')
  .description('a worker that fetches feeds of air quality; as many as wanted share them')
  .option(
    '--demo',
    'also start feeds of a few cities: of an invented API, or of IQAir where IQAIR_KEY is its key',
    false,
  )
  .action(async (options: { demo: boolean }) => (await import('./sourceAir.ts')).sourceAir(readSettings(), options));
source
  .command('wiki')
  .description('changes of wikis, as Wikimedia streams them; it goes on where it stopped')
  .option('-q, --quiet', 'say nothing but errors', false)
  .option('-v, --verbose', 'say where it begins, and why it connects anew', false)
  .option('--url <address>', 'the stream (default: WIKI_STREAM_URL)')
  .option('--event-type <name>', 'name of the server-sent events to take', 'message')
  .option(
    '--frac <share>',
    'take only this share of the events, 0 to 1; by id, so that it is always the same',
    share,
    1,
  )
  .option('--since <time>', 'where to begin, unless it has published since: 2026-01-31T12:00:00Z', moment)
  .option('--stall <seconds>', 'connect anew when nothing has come for so long', patience, 60)
  .addOption(
    new Option('--file <path>', 'publish recorded events instead, one a line; - for standard input').conflicts('demo'),
  )
  .addOption(
    new Option('--speed <factor>', 'of --file: so many times as fast as they were made, or as fast as Kafka takes them')
      .argParser(speed)
      .default(Number.POSITIVE_INFINITY, 'max'),
  )
  .option('--demo', 'publish invented events instead: hours of them when there are none, then a few a second', false)
  .action(async (options) => (await import('./source.ts')).sourceWiki(readSettings(), options));

const feed = program.command('feed').description('start, stop and list the feeds of air quality');
feed
  .command('start')
  .description('fetch an outside API at intervals; started again, it changes from the end of the present interval on')
  .requiredOption('--adapter <name>', 'IQAIR_DAILY or OPEN_METEO')
  .requiredOption('--endpoint <address>', 'http(s):// address of the API')
  .option('--id <name>', 'what the feed is called (default: made of adapter, endpoint and query)')
  .option('--secret-file <path>', 'holds the key of the API; - for standard input (default: it wants none)')
  .option('--interval <ms>', 'from one fetch to the next', wholeNumber, 300_000)
  .option('--timeout <ms>', 'after which a fetch is dropped (default: the interval)', wholeNumber)
  .option('--bucket <name>', 'folder of the raw responses', 'results')
  .option('--query <name=value>', 'what to ask for; once for each name', named, {})
  .action(async (options) => (await import('./feed.ts')).start(readSettings(), options));
feed
  .command('stop <id>')
  .description('fetch it no more')
  .action(async (id: string) => (await import('./feed.ts')).stop(readSettings(), id));
feed
  .command('list')
  .description('every feed, and how it was fetched last')
  .action(async () => (await import('./feed.ts')).list(readSettings()));
feed
  .command('runs <id>')
  .description('how a feed was fetched, newest first')
  .option('--first <count>', 'so many', wholeNumber, 50)
  .action(async (id: string, options) => (await import('./feed.ts')).runs(readSettings(), id, options));

program
  .command('topics [name]')
  .description('how much Kafka has of each topic, and how far the views of it are, with their speed over a second')
  .option('--json', 'one a line, as JSON', false)
  .action(async (name: string | undefined, options) =>
    (await import('./topics.ts')).topics(readSettings(), name, options),
  );
program
  .command('messages <topic>')
  .description('messages of a topic out of the log, oldest first, one a line, as JSON')
  .option('--key <text>', 'only those with this key')
  .addOption(
    new Option('--from <time>', 'from this time on: 2026-01-31T12:00:00Z').argParser(moment).conflicts('after'),
  )
  .option('--after <cursor>', 'after the message that was printed with this cursor')
  .option('--first <count>', 'so many at the most', wholeNumber, Number.POSITIVE_INFINITY)
  .option('--follow', 'wait for more; without --from and --after only for those that come', false)
  .action(async (topic: string, options) => (await import('./topics.ts')).messages(readSettings(), topic, options));

const letters = program.command('dead-letters').description('list, show and send again what broke its contract');
letters
  .command('list', { isDefault: true })
  .description('newest first, without values, one a line, as JSON')
  .option('--topic <name>', 'only those from this topic')
  .option('--from <time>', 'from this time on: 2026-01-31T12:00:00Z', moment)
  .option('--to <time>', 'before this time', moment)
  .option('--first <count>', 'so many', wholeNumber, 50)
  .action(async (options) => (await import('./topics.ts')).letters(readSettings(), options));
letters
  .command('show <ids...>')
  .description('with their values')
  .action(async (ids: string[]) => (await import('./topics.ts')).showLetters(readSettings(), ids));
letters
  .command('redrive <ids...>')
  .description('send their messages again, each once')
  .option('--values <path>', 'holds what is sent instead, a line for each id; - for standard input')
  .action(async (ids: string[], options) => (await import('./topics.ts')).redrive(readSettings(), ids, options));
const key = program.command('key').description('make, list and revoke API keys, for producers and machines');
key
  .command('create')
  .description('make one, and show it this once')
  .requiredOption('--name <text>', 'what it is for')
  .option('--tenant <name>', 'whose data it sees and changes', 'public')
  .option('--scope <name...>', 'what it may do: air:read, occupancy:write, …', [])
  .action(async (options) => (await import('./key.ts')).create(readSettings(), options));
key
  .command('list')
  .description('all of them, without what they sign in with')
  .option('--json', 'as TRIBUTARY_API_KEYS takes them', false)
  .action(async (options: { json: boolean }) => (await import('./key.ts')).list(readSettings(), options));
key
  .command('revoke <id>')
  .description('take it no more')
  .action(async (id: string) => (await import('./key.ts')).revoke(readSettings(), id));

const rebuild = program.command('rebuild').description('build a view anew from the log');
rebuild
  .command('people')
  .description('the people graph, in place, while it serves')
  .option('--accept-holes', 'go on although the log lacks offsets, because no message ever had them', false)
  .action(async (options: { acceptHoles: boolean }) => (await import('./rebuild.ts')).people(readSettings(), options));
rebuild
  .command('wiki')
  .description('the table of edits, beside the present one, which serves and is kept up to date meanwhile')
  .action(async () => (await import('./rebuild.ts')).wiki(readSettings()));
rebuild
  .command('occupancy')
  .description('the tables of topology and readings, likewise')
  .action(async () => (await import('./rebuild.ts')).occupancy(readSettings()));
rebuild
  .command('menu')
  .description('the tables of terms, items and matches, likewise')
  .action(async () => (await import('./rebuild.ts')).menu(readSettings()));

program
  .command('config')
  .description('list every setting, its value and where it comes from; secrets are masked')
  .action(async () => (await import('./config.ts')).config(readSettings()));

program
  .command('documents <file...>')
  .description('print a JSON object of documents of GraphQL by their ids, for TRUSTED_DOCUMENTS')
  .action(async (files: string[]) => (await import('./documents.ts')).documents(files));

program
  .command('doctor')
  .description('check Java, Maven, memory, ports, servers and views, and say what to do')
  .action(async () => (await import('./doctor.ts')).doctor(readSettings()));

program
  .command('generate')
  .description("write the generated files: the subgraphs' SDL, the supergraph and the documents of contracts")
  .option('--check', 'write nothing, and fail when a file is not up to date')
  .option('--release', 'make the present graph the last release, against which later ones are held')
  .action(async (options: GenerateOptions) => (await import('./generate.ts')).generate(options));

/** The greatest number that GraphQL takes for whole, and a timer for milliseconds. */
const most = 2 ** 31 - 1;

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > most)
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`);
  return number;
}

function named(text: string, before: Record<string, string>): Record<string, string> {
  const end = text.indexOf('=');
  if (end < 1) throw new InvalidArgumentError('It must be name=value.');
  return { ...before, [text.slice(0, end)]: text.slice(end + 1) };
}

function aboveZero(text: string): number {
  const number = Number(text);
  if (!(number > 0 && Number.isFinite(number))) throw new InvalidArgumentError('It must be a number above 0.');
  return number;
}

/** In seconds. A stream that says nothing for a day is dead. */
function patience(text: string): number {
  const seconds = aboveZero(text);
  if (seconds > 86_400) throw new InvalidArgumentError('It must be a day, 86400, at the most.');
  return seconds;
}

function share(text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (!(number >= 0 && number <= 1)) throw new InvalidArgumentError('It must be a share between 0 and 1.');
  return number;
}

function speed(text: string): number {
  return text === 'max' ? Number.POSITIVE_INFINITY : aboveZero(text);
}

function moment(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new InvalidArgumentError('It must be a time such as 2026-01-31T12:00:00Z.');
  return time;
}

try {
  await program.parseAsync();
} catch (error) {
  console.error(messageOf(error));
  process.exit(1);
}
