import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Graph } from '../platform/neo4j.ts';

let routed: Graph;
const uri = inject('settings').NEO4J_URI;

beforeAll(() => {
  routed = new Graph({ ...inject('settings'), NEO4J_URI: uri.replace('bolt:', 'neo4j:') });
});
afterAll(() => routed.close());

test('behind neo4j://, who asks after the bookmark of a write sees what was written', async () => {
  const name = randomUUID();
  expect(routed.written).toBe('');
  await routed.write((transaction) => transaction.run('CREATE (:Routed {name: $name})', { name }));
  expect(routed.written).not.toBe('');
  const reader = new Graph({ ...inject('settings'), NEO4J_URI: uri.replace('bolt:', 'neo4j:') });
  try {
    reader.after([routed.written, '']);
    expect(await reader.read('MATCH (n:Routed {name: $name}) RETURN count(n) AS found', { name })).toEqual([
      { found: 1 },
    ]);
    reader.after(['no bookmark']);
    await expect(reader.read('RETURN 1 AS one')).rejects.toThrow(/bookmark/i);
  } finally {
    await reader.close();
    await routed.command('MATCH (n:Routed {name: $name}) DELETE n', { name });
  }
});
