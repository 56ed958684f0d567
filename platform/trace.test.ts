import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCollector } from '../test/collector.ts';
import { readSettings, type Settings } from './config.ts';
import { TributaryError } from './errors.ts';
import { detached, inReceiving, inSending, inServing, inSpan, startTracing, traceId, withTrace } from './trace.ts';

let collector: Awaited<ReturnType<typeof openCollector>>;
beforeEach(async () => {
  collector = await openCollector();
});
afterEach(() => collector.close());

/** Traces what `work` does. @returns the names of what was sent */
async function traced(settings: Partial<Settings>, work: () => Promise<unknown>): Promise<string[]> {
  const stop = await startTracing(
    { ...readSettings({}), OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...settings },
    'test',
  );
  await work().finally(stop);
  return collector.spans.map(({ name }) => name).sort();
}

const always = { OTEL_TRACES_SAMPLER: 'always_on' } as const;
const parent = (flags: string) => `00-${'a'.repeat(32)}-${'b'.repeat(16)}-${flags}`;
const serve = (traceparent?: string) =>
  inServing('serve', {}, traceparent, async () => inSpan('step', {}, async () => {}));

test.each<[Settings['OTEL_TRACES_SAMPLER'], share: number, alone: boolean, sampled: boolean, unsampled: boolean]>([
  ['always_on', 0, true, true, true],
  ['always_off', 1, false, false, false],
  ['traceidratio', 1, true, true, true],
  ['traceidratio', 0, false, false, false],
  ['parentbased_always_on', 0, true, true, false],
  ['parentbased_always_off', 1, false, true, false],
  ['parentbased_traceidratio', 0, false, true, false],
  ['parentbased_traceidratio', 1, true, true, false],
])('%s with %d: what begins here, and what a caller has decided', async (sampler, share, ...expected) => {
  const settings = { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: share };
  for (const [at, traceparent] of [undefined, parent('01'), parent('00')].entries()) {
    collector.spans.length = 0;
    expect(await traced(settings, () => serve(traceparent))).toEqual(expected[at] ? ['serve', 'step'] : []);
  }
});

test('a message carries the trace on, unless it has one of its own; of a batch a few are noted', async () => {
  const names = await traced(always, async () => {
    expect(withTrace([{ headers: {} }])).toEqual([{ headers: {} }]);
    const own = { headers: { traceparent: parent('01') } };
    const sent = await inSending('send', {}, async () =>
      withTrace<{ headers: Record<string, string> }>([{ headers: {} }, own]),
    );
    const id = /^00-([0-9a-f]{32})-[0-9a-f]{16}-01$/.exec(String(sent[0]!.headers!.traceparent))![1];
    expect(sent[1]).toEqual(own);
    const strangers = ['', 'nonsense', parent('00'), parent('01').replaceAll('a', '0')];
    const batch = [...strangers.map((traceparent) => ({ headers: { traceparent } })), {}, ...Array(40).fill(sent[0])];
    await inReceiving('take', batch, async () => {
      expect(traceId()).toBe(id);
      await inSpan('write', {}, async () => {});
      expect(detached(traceId)).toBeUndefined();
    });
    await inSpan('alone', {}, async () => {});
  });
  expect(names).toEqual(['send', ...Array(16).fill('take'), 'write']);
  expect(new Set(collector.spans.map((span) => span.traceId)).size).toBe(1);
});

test('of what fails the code is told and never the text; the collector is signed in to', async () => {
  const headers = 'authorization=Basic%20abc, x-team=air';
  await traced({ ...always, OTEL_EXPORTER_OTLP_HEADERS: headers }, async () => {
    const failing = inSending('send', {}, async () => {
      throw new TributaryError('BROKER_UNAVAILABLE', 'a text about Ada');
    });
    await expect(failing).rejects.toThrow('a text about Ada');
  });
  expect(collector.spans[0]!.attributes).toEqual([{ key: 'error.type', value: { stringValue: 'BROKER_UNAVAILABLE' } }]);
  expect(JSON.stringify(collector.spans)).not.toContain('Ada');
  expect(collector.requests).toEqual([
    { url: '/v1/traces', headers: expect.objectContaining({ authorization: 'Basic abc', 'x-team': 'air' }) },
  ]);
});

test('a collector that is away, or hangs, holds nobody up', async () => {
  const hanging = createServer(() => {}).listen(0, '127.0.0.1');
  await once(hanging, 'listening');
  const { port } = hanging.address() as AddressInfo;
  for (const address of [`http://127.0.0.1:${port}`, 'http://127.0.0.1:1']) {
    const begun = performance.now();
    await traced({ ...always, OTEL_EXPORTER_OTLP_ENDPOINT: address }, () => serve());
    expect(performance.now() - begun).toBeLessThan(3_000);
  }
  hanging.close();
  hanging.closeAllConnections();
});
