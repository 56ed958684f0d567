import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

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

  answer({ searchParams }: URL, aqius = 57): object {
    const ts = new Date(this.time).toISOString();
    return {
      status: 'success',
      data: {
        ...{ city: searchParams.get('city'), state: searchParams.get('state'), country: searchParams.get('country') },
        location: { type: 'Point', coordinates: [15.4395, 47.0707] },
        current: {
          pollution: { ts, aqius, mainus: 'p2', aqicn: 22, maincn: 'p1' },
          weather: { ts, tp: -3, pr: 1021, hu: 64, ws: 4.12, wd: 350, ic: '04n' },
        },
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
