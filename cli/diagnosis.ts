import type { SettingName } from '../platform/config.ts';

/** What is known about an installation. Judging it needs nothing else. */
export interface Facts {
  /** Version of Node, such as 24.1.0. */
  node: string;
  /** What is wrong with the machine's Java, in a sentence; undefined when it will do. */
  javaTrouble: string | undefined;
  /** Version of Maven; undefined when there is none. */
  maven: string | undefined;
  /** Bytes of memory that can still be had. */
  memory: number;
  /** The servers that run on Java, and whether their jars were fetched. */
  jars: { name: string; cached: boolean }[];
  /** The process that runs on the data folder; undefined when none does. */
  holder: number | undefined;
  /** The ports that `npm start` would take. */
  ports: PortFacts[];
  servers: ServerFacts[];
  gateway: { url: string; answers: boolean; port: PortFacts };
  /** Empty when Kafka does not answer. */
  views: ViewFacts[];
  /** Folder of the local logs. */
  logs: string;
}

export interface PortFacts {
  port: number;
  purpose: string;
  variable: SettingName;
  free: boolean;
}

export interface ServerFacts {
  name: 'Kafka' | 'Neo4j' | 'ClickHouse';
  /** The setting that holds its address. */
  setting: SettingName;
  /** Without secrets. */
  address: string;
  /** Whether it is one that `npm start` starts, because the setting is empty. */
  local: boolean;
  /** Why it cannot be used; undefined when it answers. */
  failure: string | undefined;
  /** What should be in it and is not, such as `topic dead.letters`. */
  missing: string[];
}

export interface ViewFacts {
  name: string;
  group: string;
  /** Why nothing is known about it. */
  failure?: string | undefined;
  /** Consumers that read for it now. */
  readers: number;
  /** Messages in Kafka that it has not taken yet. */
  lag: number;
  /** Whether it took any of them while it was watched. */
  moved: boolean;
  /** Messages that count as taken in Kafka, but which the view does not hold. */
  lost: number;
  /** Messages that the view holds beyond the end of the topic. */
  beyond: number;
}

export interface Finding {
  level: 'ok' | 'warning' | 'problem';
  text: string;
}

const wantedMemory = 2 * 1024 ** 3;
const oldestNode = [20, 19] as const;
const startEverything = '`npm start` starts everything';

/** One finding for each thing that was looked at, in the order in which a person would mend them. */
export function judge(facts: Facts): Finding[] {
  return [
    ...judgeMachine(facts),
    ...judgePorts(facts),
    ...judgeServers(facts),
    ...judgeGateway(facts),
    ...facts.views.map((view) => judgeView(view, facts)),
  ];
}

function judgeMachine({ node, javaTrouble, maven, memory, jars, holder, servers }: Facts): Finding[] {
  const local = servers.filter((server) => server.local);
  const onJava = local.filter(({ name }) => jars.some((set) => set.name === name));
  const toFetch = jars.filter((set) => !set.cached && onJava.some(({ name }) => name === set.name));
  const findings = [
    isOldNode(node) ? problem(`Node ${node} is too old: 20.19 or newer is needed.`) : ok(`Node ${node}`),
  ];
  if (onJava.length > 0) findings.push(javaTrouble ? problem(javaTrouble) : ok('Java is there and new enough.'));
  if (toFetch.length > 0) {
    const names = listOf(toFetch.map(({ name }) => name));
    findings.push(
      maven
        ? ok(`Maven ${maven} will fetch the jars of ${names}, once.`)
        : problem(
            `Maven is missing, which fetches the jars of ${names} once: install Maven (the command mvn), or run everything in containers instead: \`docker compose up\`.`,
          ),
    );
  } else if (onJava.length > 0) findings.push(ok(`The jars of ${listOf(onJava.map(({ name }) => name))} are cached.`));
  // What runs already has its memory.
  if (local.length > 0 && holder === undefined) {
    const free = `${(memory / 1024 ** 3).toFixed(1)} GB of memory`;
    findings.push(
      memory < wantedMemory
        ? warning(
            `Only ${free} can be had; everything on one machine takes about 2. Close something, or it may be slow.`,
          )
        : ok(`${free} can be had; about 2 are needed.`),
    );
  }
  return findings;
}

function judgePorts({ ports, holder, gateway }: Facts): Finding[] {
  if (holder !== undefined) return [];
  const wanted = [...ports, ...(gateway.answers ? [] : [gateway.port])].filter(({ port }) => port !== 0);
  const free = wanted.filter((port) => port.free).map(({ port }) => String(port));
  return [
    ...(free.length > 0 ? [ok(`${free.length === 1 ? 'Port' : 'Ports'} ${listOf(free)}: free.`)] : []),
    ...wanted
      .filter((port) => !port.free)
      .map(({ port, purpose, variable }) =>
        problem(
          `Port ${port} (${purpose}) is in use by another program. Free it, or set ${variable} to another port (0 for any).`,
        ),
      ),
  ];
}

function judgeServers(facts: Facts): Finding[] {
  const { servers, holder, logs } = facts;
  // A port that is not free has been told; who answers there is none of ours.
  const idle = servers.filter((server) => !inUse(server, facts) && server.failure !== undefined);
  const findings = servers
    .filter((server) => inUse(server, facts))
    .map(({ name, setting, address, local, failure, missing }) => {
      if (local && address.endsWith(':0'))
        return warning(`The port of ${name} was left open, so only who started it knows it: give it as ${setting}.`);
      if (failure !== undefined)
        return problem(
          local
            ? `${name} does not answer at ${address} although Tributary runs (process ${holder}): ${failure}. Give it a few seconds; it is started again when it ends. Its log is ${logs}/${name.toLowerCase()}.log.`
            : `${name} does not answer at ${address}: ${failure}. Start it, or correct ${setting}, user and password.`,
        );
      if (missing.length > 0)
        return problem(
          `${name} answers at ${address} but lacks ${listOf(missing)}, which ingest makes. ${startIngest(facts)}`,
        );
      return ok(`${name} answers at ${address} and has what it should.`);
    });
  if (idle.length > 0)
    findings.push(warning(`Nothing runs yet (${listOf(idle.map(({ name }) => name))}): ${startEverything}.`));
  return findings;
}

function judgeGateway(facts: Facts): Finding[] {
  const { gateway, servers, holder } = facts;
  if (gateway.answers) return [ok(`The gateway answers at ${gateway.url}.`)];
  if (!servers.some((server) => inUse(server, facts))) return [];
  if (holder !== undefined && !gateway.port.free)
    return [problem(`Another program has the gateway's port ${gateway.port.port}. Set PORT to another port.`)];
  return [
    warning(
      `No gateway answers at ${gateway.url}. If one should: ${startEverything}, \`npx tributary gateway\` the gateway alone.`,
    ),
  ];
}

function judgeView(view: ViewFacts, facts: Facts): Finding {
  const { name, group, failure, readers, lag, moved, lost, beyond } = view;
  if (failure !== undefined) return problem(`The view ${name} cannot be judged: ${failure}.`);
  if (beyond > 0)
    return problem(
      `The view ${name} holds ${messages(beyond)} beyond the end of its topic: the topic was made anew, or the store belongs to another installation. New messages would be skipped until then. Use an empty store, or another KAFKA_PREFIX with a store of its own.`,
    );
  if (lost > 0)
    return problem(
      `The view ${name} lacks ${messages(lost)} that Kafka counts as taken, so its store was emptied or is an older copy. Stop ingest, delete the consumer group ${group}, and start ingest: it reads all again, and what the view holds is passed over.`,
    );
  const waiting = lag > 0 ? ` ${messages(lag)} ${lag === 1 ? 'waits' : 'wait'}.` : '';
  if (readers === 0)
    return problem(
      `Nobody keeps the view ${name} up to date (consumer group ${group}).${waiting} ${startIngest(facts)}`,
    );
  if (lag === 0) return ok(`The view ${name} is up to date.`);
  if (moved) return ok(`The view ${name} is ${messages(lag)} behind and catching up.`);
  return problem(
    `The view ${name} is ${messages(lag)} behind and stands still. Its store or the schema registry may be away; the log of ingest tells (${facts.logs}/ingest.log under \`npm start\`).`,
  );
}

function startIngest({ holder, logs }: Facts): string {
  return holder === undefined
    ? 'Start ingest: `npm start` does, or `npx tributary ingest`.'
    : `Give ingest a few seconds; its log is ${logs}/ingest.log. Where only the servers were started, start it: \`npx tributary ingest\`.`;
}

/** Whether the server is part of a running installation, and not one that could be started, or a stranger's. */
export function inUse(server: Pick<ServerFacts, 'local'>, { holder }: Pick<Facts, 'holder'>): boolean {
  return !server.local || holder !== undefined;
}

function isOldNode(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]);
}

function messages(count: number): string {
  return count === 1 ? '1 message' : `${count.toLocaleString('en')} messages`;
}

function listOf(items: string[]): string {
  return items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

const ok = (text: string): Finding => ({ level: 'ok', text });
const warning = (text: string): Finding => ({ level: 'warning', text });
const problem = (text: string): Finding => ({ level: 'problem', text });
