/** One event of a stream of server-sent events, as it comes over HTTP. */
export interface ServerSentEvent {
  event: string;
  data: string;
}

/** Starts a subscription over server-sent events (the distinct connections mode of graphql-sse). */
export async function subscribeOverSse(
  url: string,
  query: string,
  variables: object = {},
  signal?: AbortSignal,
): Promise<AsyncGenerator<ServerSentEvent>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables }),
    ...(signal ? { signal } : {}),
  });
  if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
    throw new Error(`${response.status} ${await response.text()}`);
  return events(response.body!);
}

async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const bytes of body) {
    const complete = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
    rest = complete.pop()!;
    for (const block of complete) {
      const fields = block.split('\n').map((line) => line.split(/: ?(.*)/s));
      const valuesOf = (name: string) => fields.filter(([field]) => field === name).map(([, value]) => value);
      const event = valuesOf('event')[0];
      if (event) yield { event, data: valuesOf('data').join('\n') };
    }
  }
}
