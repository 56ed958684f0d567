import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';

interface Message {
  id?: string;
  type: string;
  payload?: { data?: Record<string, unknown>; errors?: { extensions: { code: string } }[] };
}

/** A subscriber that speaks graphql-transport-ws by hand, so that it can stall and vanish as no library would. */
export class SocketSubscriber {
  readonly socket: WebSocket;
  readonly messages: Message[] = [];

  constructor(url: string, query: string, variables: object = {}) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    this.socket.on('error', () => {}); // of connections that the test itself breaks
    this.socket.on('open', () => this.socket.send(JSON.stringify({ type: 'connection_init' })));
    this.socket.on('message', (text) => {
      const message = JSON.parse(String(text)) as Message;
      if (message.type === 'connection_ack')
        this.socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } }));
      else if (message.type !== 'ping') this.messages.push(message);
    });
  }

  /** What came under the root field of each event. */
  events<Event>(): Event[] {
    return this.messages
      .filter(({ type }) => type === 'next')
      .map(({ payload }) => Object.values(payload?.data ?? {})[0] as Event);
  }

  async has(count: number): Promise<this> {
    while (this.messages.length < count) await delay(5);
    return this;
  }

  async close(): Promise<void> {
    if (this.socket.readyState === this.socket.CLOSED) return;
    const closed = once(this.socket, 'close');
    this.socket.terminate();
    await closed;
  }
}
