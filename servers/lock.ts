import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Holds a data folder for this process: a listening socket, so that the lock ends with its holder, however that ends.
 * @returns what releases it.
 * @throws Error that names the holder when another process has it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = socketOf(folder);
  const holder = await folderHolder(folder);
  if (holder !== undefined)
    throw new Error(
      `Tributary already runs on ${folder} (process ${holder}). Stop it first, or set TRIBUTARY_DATA to another folder.`,
    );
  await rm(path, { force: true });
  const server = createServer((socket) => socket.end(String(process.pid)));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}

/** The process that runs on the folder; undefined when none does. */
export function folderHolder(folder: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(socketOf(folder));
    socket.setEncoding('utf8').on('data', (text) => {
      answer += text;
    });
    socket.once('error', () => resolve(undefined));
    socket.once('close', () => resolve(answer === '' ? undefined : Number(answer)));
  });
}

// In the temporary folder, because the path of a socket may not be longer than about 100 bytes.
function socketOf(folder: string): string {
  return join(tmpdir(), `tributary-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}.sock`);
}
