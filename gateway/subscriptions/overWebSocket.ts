import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { SubscriptionResult } from './result.ts';
import type { Subscriber } from './shared.ts';
import { lastResult } from './sharing.ts';

/** What may lie in front of a socket before its subscriber waits, in bytes. */
const mostBuffered = 64 * 1024;

/** Whatever is written until the event loop comes round goes to the kernel at once, which costs more than a frame. */
function gather(connection: Pick<Socket, 'cork' | 'uncork' | 'writableCorked'>): void {
  if (connection.writableCorked > 0) return;
  connection.cork();
  setImmediate(() => connection.uncork());
}

/**
 * A share of a subscription as graphql-ws is to see it: without any result, until it ends. Its results go straight to
 * the socket. The library would make the text of each message anew for every client, and pass it through three
 * promises; only the id in front of the text differs. What it knows about connections, operations and their ends is
 * left to it.
 */
export function sendingTo(
  socket: WebSocket,
  connection: Pick<Socket, 'cork' | 'uncork' | 'writableCorked'>,
  id: string,
  share: Subscriber<SubscriptionResult>,
): AsyncIterableIterator<never, undefined> {
  const { promise: ended, resolve, reject } = Promise.withResolvers<IteratorResult<never, undefined>>();
  const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  const frame = (result: SubscriptionResult) => `${head}${result.text}}`;
  const send = () => {
    if (socket.readyState !== socket.OPEN) return share.leave();
    gather(connection);
    try {
      for (let result = share.take(); result; result = share.take()) {
        if (socket.bufferedAmount > mostBuffered) return socket.send(frame(result), send); // goes on when it is through
        socket.send(frame(result));
      }
      if (share.ended) resolve({ done: true, value: undefined });
      else share.wait(send);
    } catch (error) {
      try {
        socket.send(frame(lastResult(error)));
        resolve({ done: true, value: undefined });
      } catch (unexpected) {
        reject(unexpected);
      }
    }
  };
  let begun = false;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      if (!begun) send();
      begun = true;
      return ended;
    },
    async return() {
      share.leave();
      resolve({ done: true, value: undefined });
      return ended;
    },
  };
}
