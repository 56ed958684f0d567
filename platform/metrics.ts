import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/**
 * Every figure that this product measures, for Prometheus. docs/grafana.json shows all of them. What has no bound, such
 * as the text of an operation or the name of a tenant, is never a label.
 */
export const registry = new Registry();
const registers = [registry];

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Values that are read when somebody looks, so that what keeps them pays nothing for being watched. */
class Watched<Label extends string> {
  readonly #sources = new Set<() => Iterable<[labels: Record<Label, string>, value: number]>>();

  constructor(metric: typeof Gauge | typeof Counter, name: string, help: string, labelNames: Label[] = []) {
    const sources = this.#sources;
    new metric<Label>({
      ...{ name, help, labelNames, registers },
      collect() {
        this.reset();
        for (const source of sources) for (const [labels, value] of source()) this.inc(labels, value);
      },
    });
  }

  /** Adds what tells the values. @returns a function that takes it away */
  watch(source: () => Iterable<[labels: Record<Label, string>, value: number]>): () => void {
    this.#sources.add(source);
    return () => this.#sources.delete(source);
  }
}

export const requests = new Counter({
  name: 'tributary_requests_total',
  help: 'Requests answered, by the code of their first error; OK: none. A subscription counts when it has begun.',
  labelNames: ['operation', 'transport', 'code'] as const,
  registers,
});
export const requestSeconds = new Histogram({
  name: 'tributary_request_duration_seconds',
  help: 'Time until a request was answered, or a subscription had begun.',
  labelNames: ['operation', 'transport'] as const,
  buckets: secondsBuckets,
  registers,
});
export const subscribers = new Watched(
  Gauge,
  'tributary_subscribers',
  'Clients that have a share of a subscription now.',
  ['field'],
);
export const sharedRuns = new Watched(
  Gauge,
  'tributary_shared_runs',
  'Executions of subscriptions that serve them now; all who ask the same need one.',
  ['field'],
);

/** Messages that subscriptions to a topic have looked at: of the ring, and of the log, because they were behind it. */
export interface StreamReads {
  ring: number;
  log: number;
}
const reads = new Map<string, StreamReads>();
/** Plain numbers, because they are counted up for every message and subscription. */
export function streamReads(topic: string): StreamReads {
  if (!reads.has(topic)) reads.set(topic, { ring: 0, log: 0 });
  return reads.get(topic)!;
}
new Watched(
  Counter,
  'tributary_stream_reads_total',
  'Messages that running subscriptions have looked at: in the ring of the process, or, to catch up, in the log.',
  ['topic', 'source'],
).watch(function* () {
  for (const [topic, { ring, log }] of reads) {
    yield [{ topic, source: 'ring' }, ring];
    yield [{ topic, source: 'log' }, log];
  }
});
export const ringBytes = new Watched(Gauge, 'tributary_ring_bytes', 'What the ring of a topic holds.', ['topic']);
export const pageBytes = new Watched(
  Gauge,
  'tributary_page_bytes',
  'Pages of the log that readers of history hold together.',
);

export const published = new Counter({
  name: 'tributary_published_messages_total',
  help: 'Messages that Kafka has acknowledged.',
  labelNames: ['topic'] as const,
  registers,
});
export const viewLag = new Watched(
  Gauge,
  'tributary_view_lag_messages',
  'Messages of the partitions that this process has, which its view had not taken when it was last given some.',
  ['view', 'topic'],
);
export const viewLagSeconds = new Watched(
  Gauge,
  'tributary_view_lag_seconds',
  'Age of the oldest message that is being written; 0: none is.',
  ['view'],
);
export const batchMessages = new Histogram({
  name: 'tributary_batch_messages',
  help: 'Messages written to a store at once.',
  labelNames: ['view'] as const,
  buckets: [1, 10, 100, 500, 1_000, 2_000, 5_000, 10_000],
  registers,
});
export const batchSeconds = new Histogram({
  name: 'tributary_batch_duration_seconds',
  help: 'Time until a batch was written, without attempts that failed.',
  labelNames: ['view'] as const,
  buckets: secondsBuckets,
  registers,
});
export const batchFailures = new Counter({
  name: 'tributary_batch_failures_total',
  help: 'Attempts to write a batch that failed: the store was away, or refused a message.',
  labelNames: ['view'] as const,
  registers,
});
export const deadLetters = new Counter({
  name: 'tributary_dead_letters_total',
  help: 'Messages that went to dead.letters, by the topic that they came from.',
  labelNames: ['topic'] as const,
  registers,
});
export const feedFetches = new Counter({
  name: 'tributary_feed_fetches_total',
  help: 'Fetches of feeds of air quality.',
  labelNames: ['adapter', 'outcome'] as const,
  registers,
});
export const feedFetchSeconds = new Histogram({
  name: 'tributary_feed_fetch_duration_seconds',
  help: 'Time that a fetch of a feed took.',
  labelNames: ['adapter'] as const,
  buckets: secondsBuckets,
  registers,
});
export const matcherItems = new Counter({
  name: 'tributary_matcher_items_total',
  help: 'Menu items in which terms were looked for; again with new terms counts again.',
  registers,
});
export const matcherMatches = new Counter({
  name: 'tributary_matcher_matches_total',
  help: 'Matches of terms in menu items that were published.',
  registers,
});
export const statementSeconds = new Histogram({
  name: 'tributary_statement_duration_seconds',
  help: 'Time that a statement of a store took.',
  labelNames: ['store', 'outcome'] as const,
  buckets: secondsBuckets,
  registers,
});

/** Begins to measure the process itself: event loop, memory, garbage collection. Only once a process. */
export function measureProcess(): void {
  if (!registry.getSingleMetric('nodejs_eventloop_lag_seconds')) collectDefaultMetrics({ register: registry });
}
