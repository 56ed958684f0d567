import { defineConfig } from 'vitest/config';

// Two entry points of graphql in one process would be two copies of it, which refuse each other's schemas.
const alias = { graphql: 'graphql/index.js' };

/** These write people and companies, and all share one Neo4j, which has one database. */
const ofGraph = [
  ...['cookbook', 'explorer', 'faults', 'graphChanged', 'health', 'ingest', 'menu', 'mistakes', 'neo4jRouting'],
  ...['people', 'produce', 'rebuild', 'rest', 'wiki'],
];
/** These have a thousand clients, or processes that count as gone when they get no turn for seconds. */
const ofMachine = ['airWorker', 'avro', 'subscribers', 'wikiSource'];
const testsAlone = [...ofGraph, ...ofMachine];
const filesOf = (tests: string[]) => tests.map((name) => `test/${name}.test.ts`);

/** How long a test takes on a busy machine is not what it is about, so this bounds a hang alone. */
const patience = { testTimeout: 180_000, hookTimeout: 180_000 };

// The servers of the tests live for seconds or minutes: to compile their code as well as can be would not pay.
process.env.JAVA_TOOL_OPTIONS ??= '-XX:TieredStopAtLevel=1';

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: ['test/**', 'node_modules/**', 'dist/**'],
          setupFiles: 'reflect-metadata', // which must be there before the first class of type-graphql
        },
      },
      {
        resolve: { alias },
        test: {
          ...patience,
          name: 'scenario',
          include: ['test/**/*.test.ts'],
          exclude: filesOf(testsAlone),
          globalSetup: 'test/servers.ts',
          provide: { ownsGraph: false },
          maxWorkers: 2, // they wait for servers and processes more than they work
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve: { alias },
        test: {
          ...patience,
          name: 'alone',
          include: filesOf(testsAlone),
          globalSetup: 'test/servers.ts',
          provide: { ownsGraph: true },
          fileParallelism: false,
        },
      },
    ],
  },
});
