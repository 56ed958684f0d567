import { createHash } from 'node:crypto';
import type { GatewayPlugin } from '@graphql-hive/gateway-runtime';
import { isAsyncIterable } from '@graphql-tools/utils';
import type { ExecutionResult } from 'graphql';
import { isSettled, settledCacheControl } from '../subgraphs/settled.ts';

/**
 * Lets clients keep answers about times that are over: they carry an ETag, and who asks for one again with
 * If-None-Match gets 304 while it is the same. Something may always be recorded late, so it is answered anew each time,
 * and nothing needs to be invalidated. All other answers may not be kept, those with errors among them.
 */
export function useCacheHeaders(): GatewayPlugin {
  const kept = new WeakSet<Request>();
  return {
    onResultProcess({ request, result }) {
      if (isAsyncIterable(result) || Array.isArray(result)) return;
      if (!(result as ExecutionResult).errors && isSettled(request)) kept.add(request);
    },
    async onResponse({ request, response, fetchAPI: { Headers, Response }, setResponse }) {
      if (response.headers.has('cache-control')) return; // a subscription
      if (!kept.has(request)) return response.headers.set('cache-control', 'no-store');
      const body = await response.text();
      const type = response.headers.get('content-type')!;
      const etag = `"${createHash('sha256').update(`${type}\n${body}`).digest('base64url')}"`;
      // As a list, because names of headers that are copied as such keep their capitals, and are not found.
      const headers = new Headers([...response.headers]);
      headers.set('cache-control', settledCacheControl);
      headers.set('etag', etag);
      headers.append('vary', 'accept, origin');
      // HTTP knows 304 for GET and HEAD alone, and HEAD is refused before it comes here.
      if (request.method !== 'GET' || !matchesTag(request.headers.get('if-none-match'), etag))
        return setResponse(new Response(body, { status: response.status, headers }));
      // Those are about the body.
      for (const name of ['content-length', 'content-type']) headers.delete(name);
      setResponse(new Response(null, { status: 304, headers }));
    },
  };
}

/** Whether an If-None-Match names the tag: https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match */
export function matchesTag(header: string | null | undefined, etag: string): boolean {
  const tags = header?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}
