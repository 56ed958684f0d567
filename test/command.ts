import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Settings } from '../platform/config.ts';
import { projectRoot } from '../platform/root.ts';

/** A run of `tributary`, in a process of its own. */
export interface Run {
  process: ChildProcessWithoutNullStreams;
  /** What it has said so far, in whichever way. */
  output(): string;
  /** Waits until it has said this. */
  says(text: string): Promise<void>;
  exitCode: Promise<number | null>;
}

const running = new Set<ChildProcessWithoutNullStreams>();

/** Runs `tributary` with these arguments, as people start it. */
export function command(args: string[], environment: NodeJS.ProcessEnv): Run {
  const child = spawn(
    process.execPath,
    ['--disable-warning=TimeoutNegativeWarning', join(projectRoot, 'dist', 'cli', 'main.js'), ...args],
    { env: environment, stdio: 'pipe' },
  );
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  const exitCode = once(child, 'close').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  return {
    process: child,
    output: () => output,
    exitCode,
    async says(text) {
      const ended = exitCode.then((code) => {
        throw new Error(`ended with ${code} before it said "${text}":\n${output}`);
      });
      ended.catch(() => {});
      while (!output.includes(text)) await Promise.race([once(child.stdout, 'data'), ended]);
    },
  };
}

/** Ends what a test that has failed has left behind. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** An environment with these settings and nothing else. */
export function environmentOf(settings: Settings): NodeJS.ProcessEnv {
  const texts = Object.entries(settings).map(([name, value]) => [name, String(value)]);
  return { PATH: process.env.PATH, ...Object.fromEntries(texts) };
}
