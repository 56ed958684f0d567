#!/usr/bin/env node
// The command `tributary`: prepares what is missing, then runs the compiled program on the Node it was made for.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
prepare();
const child = spawn(
  join(root, 'node_modules', '.bin', 'node'),
  ['--disable-warning=TimeoutNegativeWarning', join(root, 'dist', 'cli', 'main.js'), ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : code));
