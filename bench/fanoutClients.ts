import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';

// A process of the benchmark of the fan-out: many graphql-ws clients, which count what they get.
const url = `${process.argv[2]!.replace('http', 'ws')}/graphql`;
const query = 'subscription { wikiEdits { cursor at edit { id wiki type title user bot minor comment time delta } } }';
/** So many connect at the same time. */
const connecting = 100;

const sockets: { newest: number }[] = [];
let sample = '';
/** How many have got the event of this number, or a later one. */
let reached = 0;
let awaited = Number.POSITIVE_INFINITY;

process.on('message', async (message: { connect?: number; event?: number; sample?: true }) => {
  if (message.connect) {
    let left = message.connect;
    await Promise.all(
      Array.from({ length: connecting }, async () => {
        while (left-- > 0) await connect();
      }),
    );
    process.send!('connected');
  } else if (message.event !== undefined) {
    awaited = message.event;
    reached = sockets.filter(({ newest }) => newest >= awaited).length;
    tell();
  } else process.send!(sample);
});
process.send!('ready');

function tell(): void {
  if (reached < sockets.length) return;
  awaited = Number.POSITIVE_INFINITY;
  process.send!('received');
}

function connect(): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = new WebSocket(url, 'graphql-transport-ws', { skipUTF8Validation: true, perMessageDeflate: false });
  socket.on('error', reject);
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
  socket.once('message', () => {
    const state = { newest: -1 };
    sockets.push(state);
    socket.on('message', (data: Buffer) => {
      sample ||= data.toString();
      const before = state.newest;
      state.newest = numberOf(data);
      if (before >= awaited || state.newest < awaited) return;
      reached++;
      tell();
    });
    socket.send(JSON.stringify({ id: randomUUID(), type: 'subscribe', payload: { query } }), () => resolve());
  });
  return promise;
}

/** Of the event. */
function numberOf(data: Buffer): number {
  const start = data.indexOf('fanout-') + 'fanout-'.length;
  return Number.parseInt(data.toString('latin1', start, start + 10), 10);
}
