import { once } from 'node:events';
import { startWorker } from '../ingest/air/worker.ts';
import { createLogger } from '../platform/log.ts';
import { bareAtOnce, type Fetches, queryOf, type Usage } from './airFeeds.ts';

// A process of the benchmark of feeds: the real worker, or what anybody would write first.
const [fetches] = (await once(process, 'message')) as [Fetches];
const stop = process.argv[2] === 'worker' ? await worker(fetches) : bare(fetches);
process.on('message', async (message) => {
  if (message === 'stop') {
    await stop();
    process.exit();
  }
  if (message !== 'usage') return;
  const { user, system } = process.cpuUsage();
  const peak = process.resourceUsage().maxRSS * 1024;
  process.send!({ cpu: user + system, memory: process.memoryUsage.rss(), peak } satisfies Usage);
});
process.send!('ready');

async function worker({ settings }: Fetches): Promise<() => Promise<void>> {
  return (await startWorker(settings, createLogger('bench', 'error'))).stop;
}

function bare({ endpoint, feeds, intervalMs }: Fetches): () => Promise<void> {
  const fetchOnce = async (feed: number) => {
    const { lat, lon } = queryOf(feed);
    const response = await fetch(`${endpoint}?lat=${lat}&lon=${lon}`);
    JSON.parse(await response.text());
  };
  const fetchFrom = (feed: number, due: number) => {
    setTimeout(() => {
      fetchFrom(feed, due + intervalMs);
      void fetchOnce(feed);
    }, due - Date.now());
  };
  const fetchAll = async () => {
    let next = 0;
    const oneByOne = async () => {
      while (next < feeds) await fetchOnce(next++);
    };
    await Promise.all(Array.from({ length: bareAtOnce }, oneByOne));
  };
  process.on('message', async (message) => {
    if (message === 'begin')
      for (let feed = 0; feed < feeds; feed++) fetchFrom(feed, Date.now() + (feed * intervalMs) / feeds);
    else if (message === 'burst') await fetchAll();
    else return;
    process.send!('done');
  });
  return async () => {};
}
