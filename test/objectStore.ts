import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { Settings } from '../platform/config.ts';
import { Child, poll } from '../servers/child.ts';
import { fetchJars, type JarSet, javaProgram } from '../servers/java.ts';
import { freePort } from '../servers/ports.ts';

/** The S3-compatible store of docker-compose.yml, whose test holds the two together. */
export const s3proxy = {
  version: '2.6.0',
  properties: { 's3proxy.authorization': 'aws-v2-or-v4', 'jclouds.provider': 'filesystem' },
};
const jarSet: JarSet = { name: 'S3Proxy', artifacts: [`org.gaul:s3proxy:${s3proxy.version}`], jars: 132 };

type StoreSettings = Pick<Settings, 'S3_BUCKET' | 'S3_ENDPOINT' | 'S3_ACCESS_KEY' | 'S3_SECRET_KEY'>;

/** A real S3 server over a folder, as the containers have it, on loopback. */
export class ObjectStore implements AsyncDisposable {
  /** What leads to a bucket that is not there yet. */
  readonly settings: StoreSettings;
  readonly #folder: string;
  readonly #server: Child;

  private constructor(settings: StoreSettings, folder: string, server: Child) {
    this.settings = settings;
    this.#folder = folder;
    this.#server = server;
  }

  static async start(): Promise<ObjectStore> {
    const folder = await mkdtemp(join(tmpdir(), 'tributary-s3-'));
    const jars = await fetchJars(jarSet, inject('settings').TRIBUTARY_CACHE, () => {}, AbortSignal.timeout(600_000));
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    const settings = { S3_BUCKET: 'raw', S3_ENDPOINT: endpoint, S3_ACCESS_KEY: 'reader', S3_SECRET_KEY: 'hunter2' };
    const file = join(folder, 's3proxy.conf');
    await mkdir(join(folder, 'data'));
    await writeFile(file, properties(settings, join(folder, 'data')));
    const options = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-DLOG_LEVEL=warn'];
    const server = new Child(
      {
        name: 'S3Proxy',
        ...javaProgram(jars, options, ['org.gaul.s3proxy.Main', '--properties', file]),
        logFile: join(folder, 's3proxy.log'),
        readyWithinMs: 60_000,
        ready: (signal) => poll(() => fetch(endpoint, { signal }), signal),
      },
      () => {},
    );
    await server.start();
    return new ObjectStore(settings, folder, server);
  }

  /** Ends it by `kill -9`; it is back, with what it had taken, in a second or two. */
  kill(): void {
    process.kill(-this.#server.pid!, 'SIGKILL');
  }

  /** The names of all objects that are there. */
  async objects(): Promise<string[]> {
    const data = join(this.#folder, 'data');
    const entries = await readdir(data, { recursive: true, withFileTypes: true });
    return entries.flatMap((entry) => (entry.isFile() ? join(entry.parentPath, entry.name).slice(data.length) : []));
  }

  /** Takes the bucket away, with all that is in it. */
  async dropBucket(): Promise<void> {
    await rm(join(this.#folder, 'data', this.settings.S3_BUCKET), { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function properties({ S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY }: StoreSettings, folder: string): string {
  const all = {
    ...s3proxy.properties,
    's3proxy.endpoint': S3_ENDPOINT,
    's3proxy.identity': S3_ACCESS_KEY,
    's3proxy.credential': S3_SECRET_KEY,
    'jclouds.filesystem.basedir': folder,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
