import { expect, inject, test } from 'vitest';
import { Graph } from '../platform/neo4j.ts';
import { openProxy } from './proxy.ts';

test('a Neo4j that stops answering without closing its connections is STORE_UNAVAILABLE, and answers again later', async () => {
  const settings = inject('settings');
  await using proxy = await openProxy(new URL(settings.NEO4J_URI));
  const graph = new Graph({ ...settings, NEO4J_URI: `bolt://127.0.0.1:${proxy.port}` }, 300);
  try {
    expect(await graph.read('RETURN 1 AS one')).toEqual([{ one: 1 }]);
    proxy.pause();
    await expect(graph.read('RETURN 2 AS two')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    proxy.resume();
    expect(await graph.read('RETURN 3 AS three')).toEqual([{ three: 3 }]);
    await expect(graph.read('UNWIND range(1, 1000000000) AS n RETURN sum(n) AS sum')).rejects.toMatchObject({
      code: 'COST_LIMIT',
    });
  } finally {
    await graph.close();
  }
});
