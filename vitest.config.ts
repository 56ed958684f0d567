import { defineConfig } from 'vitest/config';

// Two entry points of graphql in one process would be two copies of it, which refuse each other's schemas.
const alias = { graphql: 'graphql/index.js' };

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
          name: 'scenario',
          include: ['test/**/*.test.ts'],
          globalSetup: 'test/servers.ts',
          fileParallelism: false, // all share one Neo4j, which has one database
          testTimeout: 180_000, // bounds a hang; how long a test takes on a busy machine is not what it is about
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
