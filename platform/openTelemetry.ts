import {
  type Context,
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node';
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions';
import type { Settings } from './config.ts';
import { version } from './root.ts';
import { traceHeader } from './trace.ts';
import { within } from './within.ts';

type Attributes = Record<string, string | number>;

/** How long the collector may take for what is left at the end, in milliseconds: no role stops later because of it. */
const lastWordsMs = 1_000;
/** Of a batch so many messages are noted in their traces. */
const mostOfBatch = 16;

/** Traces, as platform/trace.ts needs them, sent by OTLP over HTTP. */
export class OpenTelemetry {
  readonly #provider: NodeTracerProvider;
  readonly #tracer;

  constructor(
    settings: Pick<
      Settings,
      'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_EXPORTER_OTLP_HEADERS' | 'OTEL_TRACES_SAMPLER' | 'OTEL_TRACES_SAMPLER_ARG'
    >,
    role: string,
  ) {
    const url = `${settings.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/$/, '')}/v1/traces`;
    const exporter = new OTLPTraceExporter({ url, headers: headersOf(settings.OTEL_EXPORTER_OTLP_HEADERS) });
    this.#provider = new NodeTracerProvider({
      resource: resourceFromAttributes({
        [ATTR_SERVICE_NAME]: `tributary-${role.replaceAll(' ', '-')}`,
        [ATTR_SERVICE_VERSION]: version,
      }),
      sampler: samplerOf(settings.OTEL_TRACES_SAMPLER, settings.OTEL_TRACES_SAMPLER_ARG),
      spanProcessors: [new BatchSpanProcessor(exporter)],
    });
    this.#provider.register();
    this.#tracer = this.#provider.getTracer('tributary', version);
  }

  /** Whether the present work is part of a trace that is sent. */
  get isTracing(): boolean {
    return trace.getActiveSpan()?.isRecording() ?? false;
  }

  get traceId(): string | undefined {
    return this.isTracing ? trace.getActiveSpan()!.spanContext().traceId : undefined;
  }

  get traceparent(): string | undefined {
    const carrier: Record<string, string> = {};
    if (this.isTracing) propagation.inject(context.active(), carrier);
    return carrier[traceHeader];
  }

  within<T>(
    name: string,
    kind: keyof typeof SpanKind,
    attributes: Attributes,
    parent: string | undefined,
    work: () => T,
  ): T {
    const before = parent === undefined ? context.active() : contextOf(parent);
    const span = this.#tracer.startSpan(name, { kind: SpanKind[kind], attributes }, before);
    return ending([span], () => context.with(trace.setSpan(before, span), work));
  }

  describeOperation(type: string, name: string | undefined): void {
    const span = trace.getActiveSpan();
    span?.updateName(name === undefined ? type : `${type} ${name}`);
    span?.setAttributes({ 'graphql.operation.type': type, ...(name && { 'graphql.operation.name': name }) });
  }

  /** What is done for a batch is shown in the trace of its first message. */
  receiving<T>(
    name: string,
    messages: readonly { headers?: Record<string, unknown> | undefined }[],
    work: () => Promise<T>,
  ): Promise<T> {
    const spans: Span[] = [];
    let first: Context = ROOT_CONTEXT;
    for (const { headers } of messages) {
      const parent = headers?.[traceHeader];
      if (parent === undefined || spans.length === mostOfBatch) continue;
      const before = contextOf(String(parent));
      if (!isSampled(before)) continue;
      const attributes = { 'messaging.batch.message_count': messages.length };
      const span = this.#tracer.startSpan(name, { kind: SpanKind.CONSUMER, attributes }, before);
      if (spans.push(span) === 1) first = trace.setSpan(before, span);
    }
    return ending(spans, () => context.with(first, work));
  }

  deliveries<Event>(name: string, events: AsyncIterator<Event, undefined>): AsyncIterator<Event, undefined> {
    const note = ({ traceparent, at }: { traceparent?: string | undefined; at?: Date }) => {
      const before = traceparent === undefined ? ROOT_CONTEXT : contextOf(traceparent);
      if (isSampled(before)) this.#tracer.startSpan(name, { kind: SpanKind.PRODUCER, startTime: at }, before).end();
    };
    return {
      async next() {
        const come = await events.next();
        if (!come.done) note(come.value as { traceparent?: string; at?: Date });
        return come;
      },
      return: () => events.return?.() ?? Promise.resolve({ done: true, value: undefined }),
      [Symbol.asyncIterator]() {
        return this;
      },
    } as AsyncIterator<Event, undefined>;
  }

  outside<T>(work: () => T): T {
    return context.with(ROOT_CONTEXT, work);
  }

  async stop(): Promise<void> {
    await within(lastWordsMs, this.#provider.shutdown()).catch(() => {}); // nobody is there to take the rest
    trace.disable();
    context.disable();
    propagation.disable();
  }
}

/** Ends the spans when the work has ended. Of an error only the code is told, because its text may hold anything. */
function ending<T>(spans: Span[], work: () => T): T {
  const end = () => {
    for (const span of spans) span.end();
  };
  const fail = (error: unknown) => {
    for (const span of spans) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttribute('error.type', String((error as { code?: unknown })?.code ?? (error as Error)?.name));
    }
    end();
  };
  let result: T;
  try {
    result = work();
  } catch (error) {
    fail(error);
    throw error;
  }
  // The promises of GraphQL's executors are not all of the language's own kind.
  if (isThenable(result)) result.then(end, fail);
  else end();
  return result;
}

function isThenable(result: unknown): result is PromiseLike<unknown> {
  return typeof (result as PromiseLike<unknown> | undefined)?.then === 'function';
}

function contextOf(traceparent: string): Context {
  return propagation.extract(ROOT_CONTEXT, { [traceHeader]: traceparent });
}

function isSampled(of: Context): boolean {
  const span = trace.getSpanContext(of);
  return span !== undefined && isSpanContextValid(span) && (span.traceFlags & TraceFlags.SAMPLED) !== 0;
}

function samplerOf(name: Settings['OTEL_TRACES_SAMPLER'], share: number): Sampler {
  const root = name.endsWith('always_on')
    ? new AlwaysOnSampler()
    : name.endsWith('always_off')
      ? new AlwaysOffSampler()
      : new TraceIdRatioBasedSampler(share);
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

/** As the convention has it: name=value, comma-separated, the values as in URLs. */
function headersOf(text: string): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair.includes('='));
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())];
    }),
  );
}
