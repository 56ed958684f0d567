import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export interface ChildCommand {
  /** What a person calls it: Kafka, Neo4j, ingest, … */
  name: string;
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  /** Standard output and error are appended to this file. */
  logFile: string;
  /** Open a message channel to the child. */
  channel?: boolean;
  /** Resolves once the child does its work. It is given up when the child ends before. */
  ready: (signal: AbortSignal, child: ChildProcess) => Promise<unknown>;
  /** How long `ready` may take, in milliseconds. */
  readyWithinMs: number;
  /** It ends by itself only when trying again cannot help, and so is started again only after a signal. */
  endsForGood?: boolean;
}

/** How long a child may take to end by itself before it is killed, in milliseconds. */
const graceMs = 10_000;
const restartDelaysMs = [250, 1_000, 2_000, 5_000];

/**
 * A child process that ends when its standard input ends: so it goes when this process asks, and also when this
 * process is gone without having asked. Started again with growing pauses when it ends by itself.
 */
export class Child {
  #process: ChildProcess | undefined;
  #stopping = false;
  #failures = 0;
  #watching: Promise<void> = Promise.resolve();
  readonly #wake = new AbortController();

  constructor(
    readonly command: ChildCommand,
    readonly report: (line: string) => void,
  ) {}

  get name(): string {
    return this.command.name;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts it and waits until it is ready. @throws Error with the end of its log when it is not ready in time. */
  async start(): Promise<void> {
    const ended = this.#spawn();
    await this.#becomesReady(ended);
    this.#watching = this.#watch(ended);
  }

  /** Asks it to end, waits, and kills what has not ended in time. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake.abort();
    await this.#end();
    await this.#watching;
  }

  #spawn(): Promise<string> {
    const log = openSync(this.command.logFile, 'a');
    // A group of its own: Ctrl-C in a terminal reaches only this process, which then stops all in order.
    const child = spawn(this.command.command, this.command.args, {
      stdio: ['pipe', log, log, ...(this.command.channel ? ['ipc' as const] : [])],
      env: { ...process.env, ...this.command.env },
      detached: true,
    });
    closeSync(log);
    child.stdin?.on('error', () => {});
    this.#process = child;
    return new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => {
        child.stdin?.destroy();
        resolve(signal ? `signal ${signal}` : `exit code ${code}`);
      });
    });
  }

  async #becomesReady(ended: Promise<string>): Promise<void> {
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(new Error('time')), this.command.readyWithinMs);
    const how = await Promise.race([
      this.command.ready(giveUp.signal, this.#process!).then(
        () => undefined,
        () => `not ready within ${this.command.readyWithinMs / 1000} s`,
      ),
      ended.then((reason) => `ended (${reason}) before it was ready`),
    ]);
    clearTimeout(timer);
    giveUp.abort();
    if (how === undefined) return;
    await this.#end();
    throw new Error(
      `${this.name} ${how}. Its log, ${this.command.logFile}, ends with:\n${lastLines(this.command.logFile)}`,
    );
  }

  async #watch(ended: Promise<string>): Promise<void> {
    for (;;) {
      const reason = await ended;
      if (this.#stopping) return;
      if (this.command.endsForGood && this.#process?.signalCode === null) {
        this.report(`${this.name} ended (${reason}). Its log, ${this.command.logFile}, says why.`);
        return;
      }
      const pause = restartDelaysMs[Math.min(this.#failures++, restartDelaysMs.length - 1)]!;
      this.report(`${this.name} ended (${reason}); starting it again.`);
      await delay(pause, undefined, { signal: this.#wake.signal }).catch(() => {});
      if (this.#stopping) return;
      ended = this.#spawn();
      try {
        await this.#becomesReady(ended);
        this.#failures = 0;
        this.report(`${this.name} is back.`);
      } catch (error) {
        if (!this.#stopping) this.report((error as Error).message);
      }
    }
  }

  async #end(): Promise<void> {
    const child = this.#process;
    if (!child || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.stdin?.end();
    const timer = setTimeout(() => killGroup(child.pid!), graceMs);
    await exited;
    clearTimeout(timer);
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it has just ended
  }
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-12).join('\n');
}

/** Tries until it succeeds or the signal is given. */
export async function poll(attempt: () => Promise<unknown>, signal: AbortSignal, everyMs = 100): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    try {
      await attempt();
      return;
    } catch {
      await delay(everyMs, undefined, { signal });
    }
  }
}
