import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { get } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ChildCommand, poll } from './child.ts';

const here = fileURLToPath(import.meta.url);
const host = fileURLToPath(new URL(`./clickhouseHost${extname(here)}`, import.meta.url));

/** ClickHouse on loopback without sign-in, with its data in `folder`. */
export async function clickhouseServer(folder: string, port: number, logFile: string): Promise<ChildCommand> {
  await mkdir(folder, { recursive: true });
  return {
    name: 'ClickHouse',
    command: process.execPath,
    args: [
      host,
      `--path=${folder}`,
      '--listen_host=127.0.0.1',
      `--http_port=${port}`,
      `--query=${serveUntilInputEnds}`,
    ],
    logFile,
    readyWithinMs: 60_000,
    ready: (signal) => poll(() => answers(port), signal),
  };
}

/** The second statement reads standard input to its end, and with it ends the engine. */
const serveUntilInputEnds = `SYSTEM START LISTEN HTTP; SELECT count() FROM file('-', 'LineAsString')`;

/** Asks without keeping the connection, because ClickHouse waits for open ones when it stops. */
async function answers(port: number): Promise<void> {
  const [answer] = await once(get({ host: '127.0.0.1', port, path: '/ping', agent: false }), 'response');
  answer.resume();
  if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
}
