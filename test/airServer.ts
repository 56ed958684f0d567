import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerOf } from './airMessages.ts';

type Behaviour = (request: IncomingMessage, response: ServerResponse, asked: URL) => void;

/** An API like IQAir's on loopback: it answers with a point of its own for each city, unless it is told otherwise. */
export class AirServer implements AsyncDisposable {
  /** Each request: the city it asked for, and when, in milliseconds since 1970. */
  readonly requests: { city: string; at: number; url: string }[] = [];
  /** Time of the points. */
  time = Date.UTC(2026, 0, 31, 12);
  behave: Behaviour = (_, response, asked) => response.end(JSON.stringify(this.answer(asked)));
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const asked = new URL(request.url!, 'http://api');
      this.requests.push({ city: asked.searchParams.get('city') ?? '', at: Date.now(), url: request.url! });
      response.setHeader('content-type', 'application/json');
      this.behave(request, response, asked);
    });
  }

  static async start(): Promise<AirServer> {
    const api = new AirServer();
    await once(api.#server.listen(0, '127.0.0.1'), 'listening');
    return api;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v2/city`;
  }

  answer({ searchParams }: URL): object {
    return answerOf({ city: searchParams.get('city') ?? '', time: this.time });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
