#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { viewNames } from '../ingest/ingest.ts';
import { readSettings } from '../platform/config.ts';
import { messageOf } from '../platform/errors.ts';
import { projectRoot } from '../platform/root.ts';

// Each command is loaded when it is called, so that small ones stay quick.
const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string };
const program = new Command('tributary')
  .description('One federated GraphQL graph over Kafka, Neo4j and ClickHouse, history and live.')
  .version(version)
  .showHelpAfterError();

program
  .command('up')
  .description('start everything on this machine: the three servers, ingest and gateway')
  .option('--no-demo', 'do not load the demo data into an empty graph')
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

program
  .command('produce')
  .description('write messages to Kafka')
  .command('people [path]')
  .description(
    'people and companies out of NDJSON, a JSON array, a folder of such files, a named pipe, or standard input (-)',
  )
  .option('--batch <count>', 'messages a request', wholeNumber, 1000)
  .option('--rate <count>', 'messages a second at the most', wholeNumber)
  .action(async (path: string | undefined, options) =>
    (await import('./produce.ts')).producePeople(readSettings(), path ?? '-', options),
  );

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

program
  .command('config')
  .description('list every setting, its value and where it comes from; secrets are masked')
  .action(async () => (await import('./config.ts')).config(readSettings()));

program
  .command('doctor')
  .description('check Java, Maven, memory, ports, servers and views, and say what to do')
  .action(async () => (await import('./doctor.ts')).doctor(readSettings()));

program
  .command('generate')
  .description("write the generated files: the subgraphs' SDL, the supergraph and the documents of contracts")
  .option('--check', 'write nothing, and fail when a file is not up to date')
  .action(async (options: { check?: boolean }) => (await import('./generate.ts')).generate(options.check ?? false));

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) program.error(`error: ${text} is not a whole number above 0`);
  return number;
}

try {
  await program.parseAsync();
} catch (error) {
  console.error(messageOf(error));
  process.exit(1);
}
