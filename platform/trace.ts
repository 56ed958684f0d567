import type { Settings } from './config.ts';
import type { OpenTelemetry } from './openTelemetry.ts';
import { outsideRequests } from './request.ts';

/** Loaded only where traces are sent: without an endpoint all that follows is one comparison. */
let telemetry: OpenTelemetry | undefined;

type Attributes = Record<string, string | number>;

/** The name of the header, of HTTP and of messages: https://www.w3.org/TR/trace-context/ */
export const traceHeader = 'traceparent';

/** Begins to send traces when OTEL_EXPORTER_OTLP_ENDPOINT is set. @returns a function that sends the rest, and ends it */
export async function startTracing(
  settings: Pick<
    Settings,
    'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_EXPORTER_OTLP_HEADERS' | 'OTEL_TRACES_SAMPLER' | 'OTEL_TRACES_SAMPLER_ARG'
  >,
  role: string,
): Promise<() => Promise<void>> {
  if (settings.OTEL_EXPORTER_OTLP_ENDPOINT === '') return async () => {};
  const { OpenTelemetry } = await import('./openTelemetry.ts');
  const begun = new OpenTelemetry(settings, role);
  telemetry = begun;
  return async () => {
    if (telemetry === begun) telemetry = undefined;
    await begun.stop();
  };
}

/** Does the work as a step of the trace that is under way; where none is, it is done all the same. */
export function inSpan<T>(name: string, attributes: Attributes, work: () => T): T {
  return telemetry?.isTracing ? telemetry.within(name, 'INTERNAL', attributes, undefined, work) : work();
}

/** Does the work as a step, and lets a trace begin when none is under way. */
export function inSending<T>(name: string, attributes: Attributes, work: () => T): T {
  return telemetry ? telemetry.within(name, 'PRODUCER', attributes, undefined, work) : work();
}

/** Does what a caller has asked for: goes on with the caller's trace, or begins one. */
export function inServing<T>(name: string, attributes: Attributes, parent: string | undefined, work: () => T): T {
  return telemetry ? telemetry.within(name, 'SERVER', attributes, parent, work) : work();
}

/** Says which operation of GraphQL is under way, once that is known. */
export function describeOperation(type: string, name: string | undefined): void {
  telemetry?.describeOperation(type, name);
}

/** Takes in messages: a step in the trace of each that has one. */
export function inReceiving<T>(
  name: string,
  messages: readonly { headers?: Record<string, unknown> | undefined }[],
  work: () => Promise<T>,
): Promise<T> {
  return telemetry ? telemetry.receiving(name, messages, work) : work();
}

/** Events of a stream, each noted in the trace of its message, from when the message was appended until now. */
export function traceDeliveries<Event>(
  name: string,
  events: AsyncIterator<Event, undefined>,
): AsyncIterator<Event, undefined> {
  return telemetry ? telemetry.deliveries(name, events) : events;
}

/** The messages with the trace that is under way in their headers, unless they have one of their own. */
export function withTrace<M extends { headers?: Record<string, unknown> }>(messages: M[]): M[] {
  const traceparent = telemetry?.traceparent;
  if (traceparent === undefined) return messages;
  return messages.map((message) => ({ ...message, headers: { [traceHeader]: traceparent, ...message.headers } }));
}

/** The id of the trace that is under way and is sent, if any. */
export function traceId(): string | undefined {
  return telemetry?.traceId;
}

/** Does work that outlives the request, and the trace, in which it happens to begin. */
export function detached<T>(work: () => T): T {
  return outsideRequests(() => (telemetry ? telemetry.outside(work) : work()));
}
