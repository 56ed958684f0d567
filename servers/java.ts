import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { ChildCommand } from './child.ts';

const run = promisify(execFile);
const composeWay = 'or run everything in containers instead: `docker compose up`';

/** The java command: that of JAVA_HOME when it is set. */
export const javaCommand = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';

/** The major version of the machine's Java; undefined when there is none. */
export async function javaVersion(): Promise<number | undefined> {
  try {
    const { stderr } = await run(javaCommand, ['-version']);
    const version = /version "(?:1\.)?(\d+)/.exec(stderr)?.[1];
    return version === undefined ? undefined : Number(version);
  } catch {
    return undefined;
  }
}

/** The version of the machine's Maven; undefined when there is none. */
export async function mavenVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await run('mvn', ['-B', '-v']);
    return /Apache Maven (\S+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

/** @throws Error, in one sentence that says what to install, when there is no Java 17 or newer. */
export async function requireJava(): Promise<void> {
  const version = await javaVersion();
  if (version === undefined)
    throw new Error(
      `Java is missing, which the local Kafka and Neo4j run on: install a JDK 17 or newer, ${composeWay}.`,
    );
  if (version < 17)
    throw new Error(
      `Java ${version} is too old for the local Kafka and Neo4j: install a JDK 17 or newer, ${composeWay}.`,
    );
}

/** A server of which Maven Central has the jars. */
export interface JarSet {
  name: string;
  /** group:artifact:version */
  artifacts: string[];
  /** How many jars there are in all, for the progress only. */
  jars: number;
}

/**
 * The folder that holds the jars, fetched by Maven when it is not there yet. The folder appears in one step, so an
 * interrupted download is begun anew.
 */
export async function fetchJars(
  set: JarSet,
  cache: string,
  progress: (done: number, total: number) => void,
  stopped: AbortSignal,
): Promise<string> {
  const pom = pomOf(set);
  const folder = jarFolder(set, cache);
  if (existsSync(folder)) return folder;
  if ((await mavenVersion()) === undefined)
    throw new Error(
      `Maven is missing, which fetches the jars of ${set.name} once: install Maven (the command mvn), ${composeWay}.`,
    );
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  await writeFile(join(unfinished, 'pom.xml'), pom);
  try {
    await copyDependencies(unfinished, (done) => progress(Math.min(done, set.jars), set.jars), stopped);
    if (!(await readdir(join(unfinished, 'lib'))).some((file) => file.endsWith('.jar')))
      throw new Error('no jar arrived');
    await rename(unfinished, folder).catch((error) => {
      if (!existsSync(folder)) throw error; // another start was faster
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
}

/** Where the jars are, or would be: the name changes with the versions. */
export function jarFolder(set: JarSet, cache: string): string {
  const version = createHash('sha256').update(pomOf(set)).digest('hex').slice(0, 12);
  return join(cache, `${set.name.toLowerCase()}-${version}`);
}

function pomOf(set: JarSet): string {
  const dependencies = set.artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>tributary</groupId><artifactId>${set.name.toLowerCase()}</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${dependencies.join('\n')}</dependencies></project>\n`;
}

async function copyDependencies(folder: string, progress: (done: number) => void, signal: AbortSignal): Promise<void> {
  progress(0);
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${join(folder, 'lib')}`];
  const maven = spawn('mvn', ['-B', '-Dstyle.color=never', '-f', join(folder, 'pom.xml'), ...goal], {
    stdio: ['ignore', 'pipe', 'inherit'],
    signal,
  });
  maven.once('error', () => {}); // its exit tells
  const lines: string[] = [];
  let done = 0;
  for await (const line of createInterface({ input: maven.stdout })) {
    lines.push(line);
    if (/Downloaded from .*\.jar/.test(line)) progress(++done);
  }
  const code = maven.exitCode ?? (await new Promise<number | null>((resolve) => maven.once('exit', resolve)));
  if (code !== 0) {
    const errors = lines.filter((line) => line.startsWith('[ERROR]')).slice(0, 5);
    throw new Error(
      `Maven could not fetch the jars (exit code ${code}). Check the network and run again.\n${errors.join('\n')}`,
    );
  }
}

/**
 * Java does not notice the end of its standard input, so a shell of a few kilobytes does it: when the input ends it
 * asks Java to stop, and kills it when that takes too long.
 */
const stopWithInput = `
exec 3<&0
"$@" </dev/null 3<&- & child=$!
{
  cat <&3 >/dev/null
  kill -TERM $child 2>/dev/null
  for second in 1 2 3 4 5 6 7 8; do sleep 1; kill -0 $child 2>/dev/null || exit; done
  kill -KILL $child 2>/dev/null
} &
exec 3<&-
wait $child
code=$?
trap '' TERM
kill -TERM 0 # the group: what still waits for the input, or for Java
exit $code`;

/** The command and arguments of a Java program that stops when its standard input ends. */
export function javaProgram(jars: string, options: string[], main: string[]): Pick<ChildCommand, 'command' | 'args'> {
  const java = [javaCommand, ...options, '-cp', join(jars, 'lib', '*'), ...main];
  return { command: 'sh', args: ['-c', stopWithInput, 'sh', ...java] };
}
