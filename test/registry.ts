import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { Child, poll } from '../servers/child.ts';
import { javaProgram } from '../servers/java.ts';
import { freePort } from '../servers/ports.ts';
import { openProxy } from './proxy.ts';

/** The schema registry of docker-compose.yml, whose test holds the two together. */
export const apicurio = { version: '3.0.9', path: '/apis/ccompat/v7' };

const artifact = `io.apicurio:apicurio-registry-app:${apicurio.version}:tar.gz:all`;

/** A real schema registry on loopback, without schemas at first, and a way to it that can be cut. */
export class Registry implements AsyncDisposable {
  readonly proxy: Awaited<ReturnType<typeof openProxy>>;
  readonly #direct: string;
  readonly #folder: string;
  readonly #server: Child;

  private constructor(proxy: Registry['proxy'], direct: string, folder: string, server: Child) {
    this.proxy = proxy;
    this.#direct = direct;
    this.#folder = folder;
    this.#server = server;
  }

  static async start(): Promise<Registry> {
    const program = await fetched(inject('settings').TRIBUTARY_CACHE);
    const folder = await mkdtemp(join(tmpdir(), 'tributary-registry-'));
    const port = String(await freePort());
    const direct = `http://127.0.0.1:${port}${apicurio.path}`;
    const options = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', `-Dquarkus.http.port=${port}`];
    const runner = join(program, `apicurio-registry-app-${apicurio.version}-runner.jar`);
    const server = new Child(
      {
        name: 'Apicurio',
        ...javaProgram(program, [...options, '-Dquarkus.http.host=127.0.0.1'], ['-jar', runner]),
        logFile: join(folder, 'registry.log'),
        readyWithinMs: 60_000,
        ready: (signal) => poll(() => fetch(`${direct}/subjects`, { signal }), signal),
      },
      () => {},
    );
    await server.start();
    return new Registry(await openProxy({ hostname: '127.0.0.1', port }), direct, folder, server);
  }

  /** What leads to it by the way that can be cut. */
  get settings() {
    return { SCHEMA_REGISTRY_URL: `http://127.0.0.1:${this.proxy.port}${apicurio.path}/` };
  }

  /** As a producer registers a schema. @returns its id */
  async register(subject: string, schema: object, references: object[] = []): Promise<number> {
    const body = JSON.stringify({ schema: JSON.stringify(schema), references });
    return (await this.#ask<{ id: number }>(`/subjects/${subject}/versions`, { method: 'POST', body })).id;
  }

  /** The id of the latest schema of a subject. */
  async idOf(subject: string): Promise<number> {
    return (await this.#ask<{ id: number }>(`/subjects/${subject}/versions/latest`)).id;
  }

  versions(subject: string): Promise<number[]> {
    return this.#ask(`/subjects/${subject}/versions`);
  }

  async setCompatibility(subject: string, compatibility: string): Promise<void> {
    await this.#ask(`/config/${subject}`, { method: 'PUT', body: JSON.stringify({ compatibility }) });
  }

  async #ask<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
    const response = await fetch(this.#direct + path, { ...init, headers });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json() as Promise<Answer>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The folder of the program, fetched by Maven when it is not there yet; it appears in one step. */
async function fetched(cache: string): Promise<string> {
  const folder = join(cache, `apicurio-${apicurio.version}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  // Maven notes in the folder below which it runs what it has unpacked, and then does nothing.
  const options = ['-B', '-q', 'dependency:unpack', `-Dartifact=${artifact}`, `-DoutputDirectory=${unfinished}`];
  await promisify(execFile)('mvn', options, { cwd: unfinished });
  await rename(unfinished, folder);
  return folder;
}
