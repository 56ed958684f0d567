import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be blocked, so that the server is away for one client alone. */
export interface Proxy extends AsyncDisposable {
  port: number;
  /** Passes nothing on, and closes nothing: the server seems to hang. */
  pause(): void;
  resume(): void;
  /** Ends every connection, and takes no new one until `mend`: the server seems to be down. */
  cut(): void;
  /** Cuts when so many more bytes have been passed on, either way: in the middle of what is said. */
  cutAfter(bytes: number): void;
  mend(): void;
  /** Called for every connection that is not taken. */
  onRefuse: (() => void) | undefined;
}

/** @param options `isBroker`: what the server tells of its own address is changed to that of the proxy */
export async function openProxy(
  target: { hostname: string; port: string },
  { isBroker = false }: { isBroker?: boolean } = {},
): Promise<Proxy> {
  const pairs = new Set<[Socket, Socket]>();
  let isCut = false;
  let bytesLeft = Number.POSITIVE_INFINITY;
  const passed = ({ length }: Buffer) => {
    bytesLeft -= length;
    if (bytesLeft <= 0) proxy.cut();
  };
  const end = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  };
  const listener = createServer((client) => {
    if (isCut) {
      proxy.onRefuse?.();
      return client.destroy();
    }
    const server = connect(Number(target.port), target.hostname);
    const pair: [Socket, Socket] = [client, server];
    pairs.add(pair);
    for (const socket of pair)
      socket
        .on('data', passed)
        .on('error', () => {})
        .on('close', () => {
          for (const other of pair) other.destroy();
          pairs.delete(pair);
        });
    client.pipe(server);
    if (isBroker) server.on('data', (chunk: Buffer) => client.write(advertising(chunk, target, proxy.port)));
    else server.pipe(client);
    return undefined;
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const proxy: Proxy = {
    onRefuse: undefined,
    port: (listener.address() as { port: number }).port,
    pause: () => {
      for (const pair of pairs) for (const socket of pair) socket.pause();
    },
    resume: () => {
      for (const pair of pairs) for (const socket of pair) socket.resume();
    },
    cut: () => {
      isCut = true;
      end();
    },
    cutAfter: (bytes) => {
      bytesLeft = bytes;
    },
    mend: () => {
      bytesLeft = Number.POSITIVE_INFINITY;
      isCut = false;
    },
    [Symbol.asyncDispose]: () => {
      end();
      return new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
  return proxy;
}

/** A broker tells its address as a host, and a port in four bytes; kafkajs would go there past the proxy. */
function advertising(chunk: Buffer, { hostname, port }: { hostname: string; port: string }, own: number): Buffer {
  const address = Buffer.alloc(hostname.length + 4);
  address.write(hostname);
  address.writeUInt32BE(Number(port), hostname.length);
  for (let at = chunk.indexOf(address); at >= 0; at = chunk.indexOf(address, at + 1))
    chunk.writeUInt32BE(own, at + hostname.length);
  return chunk;
}
