// Brings a fresh clone to where the compiled program can run: installs and builds what is missing or out of date.
// Plain JavaScript for whatever Node the machine has, because nothing is installed yet when it begins.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const compiled = ['platform', 'schema', 'ingest', 'subgraphs', 'gateway', 'servers', 'cli', 'bench'];

export function prepare() {
  step('dependencies', 'node_modules', ['package.json', 'package-lock.json'], () => {
    console.log('Installing dependencies.');
    run('npm', ['ci', '--include=dev', '--no-fund', '--no-audit', '--loglevel=error']);
  });
  const tool = (name) => join(root, 'node_modules', '.bin', name);
  const node = tool('node');
  step('program', 'dist', [...compiled, 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'], () => {
    console.log('Compiling.');
    for (const folder of compiled) rmSync(join(root, 'dist', folder), { recursive: true, force: true });
    run(tool('tsc'), ['-p', 'tsconfig.build.json']);
  });
  step('explorer', 'dist', ['explorer', 'docs/cookbook.md', 'package-lock.json'], () => {
    console.log('Building the explorer.');
    run(node, [join('node_modules', 'vite', 'bin', 'vite.js'), 'build', 'explorer', '--logLevel', 'warn']);
  });
}

/** Does the work unless the folder holds a mark that it was done with the same inputs. */
function step(name, folder, inputs, work) {
  const mark = join(root, folder, `.${name}-of`);
  const hash = createHash('sha256');
  for (const input of inputs) digest(join(root, input), hash);
  const wanted = hash.digest('hex');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
  work();
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(mark, wanted);
}

function digest(path, hash) {
  if (lstatSync(path).isDirectory()) for (const entry of readdirSync(path).sort()) digest(join(path, entry), hash);
  else hash.update(path.slice(root.length)).update(readFileSync(path));
}

function run(command, args) {
  execFileSync(command, args, { cwd: root, stdio: 'inherit' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    prepare();
  } catch (error) {
    console.error(`The preparation failed: ${error.message}`);
    process.exit(1);
  }
}
