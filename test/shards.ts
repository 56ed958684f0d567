import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableStatements } from '../ingest/cluster.ts';
import { tables } from '../ingest/setup.ts';
import { inCluster } from '../platform/clickhouse.ts';
import { readSettings } from '../platform/config.ts';
import { Child } from '../servers/child.ts';
import { clickhouseServer } from '../servers/clickhouse.ts';
import { freePort } from '../servers/ports.ts';

const cluster = 'river';

/**
 * A ClickHouse cluster of two shards on loopback, with the tables as a cluster has them. Its engine has no Keeper, so
 * that they are not replicated, and each server is told by itself to make them.
 */
export class Shards implements AsyncDisposable {
  readonly addresses: string[];
  readonly #folder: string;
  readonly #servers: Child[];

  private constructor(addresses: string[], folder: string, servers: Child[]) {
    this.addresses = addresses;
    this.#folder = folder;
    this.#servers = servers;
  }

  static async start(database: string): Promise<Shards> {
    const folder = await mkdtemp(join(tmpdir(), 'tributary-shards-'));
    const ports = await Promise.all([0, 1].map(async () => ({ http: await freePort(), tcp: await freePort() })));
    const replicas = ports.map(({ tcp }) => `<host>127.0.0.1</host><port>${tcp}</port>`);
    const shards = replicas.map((replica) => `<shard><replica>${replica}</replica></shard>`).join('');
    const servers = await Promise.all(
      ports.map(async ({ http, tcp }, at) => {
        const config = join(folder, `${at}.xml`);
        const servers = `<remote_servers><${cluster}>${shards}</${cluster}></remote_servers>`;
        await writeFile(config, `<clickhouse><tcp_port>${tcp}</tcp_port>${servers}</clickhouse>`);
        const command = await clickhouseServer(join(folder, String(at)), http, join(folder, `${at}.log`));
        const args = command.args.map((arg) => arg.replace('LISTEN HTTP;', 'LISTEN HTTP; SYSTEM START LISTEN TCP;'));
        return new Child({ ...command, args: [...args, `--config-file=${config}`, `--tcp_port=${tcp}`] }, () => {});
      }),
    );
    await Promise.all(servers.map((server) => server.start()));
    const addresses = ports.map(({ http }) => `http://127.0.0.1:${http}/`);
    const of = new Shards(addresses, folder, servers);
    const settings = readSettings({ CLICKHOUSE_CLUSTER: cluster, CLICKHOUSE_DATABASE: database });
    const statements = tables.flatMap((table) => tableStatements(table, settings)).map(withoutKeeper);
    for (const at of addresses.keys())
      for (const query of [`CREATE DATABASE ${database} ENGINE = Atomic`, ...statements]) await of.ask(at, query);
    return of;
  }

  /** The address of one, through which the whole is written and asked with the settings of a cluster. */
  get url(): string {
    const settings = Object.entries(inCluster).map(([name, value]) => [`ch_${name}`, String(value)]);
    return `${this.addresses[0]}?${new URLSearchParams(settings)}`;
  }

  /** The answer of one of them. */
  async ask(shard: number, query: string): Promise<string> {
    const response = await fetch(this.addresses[shard]!, { method: 'POST', body: query });
    const text = await response.text();
    if (!response.ok) throw new Error(`${text}: ${query}`);
    return text.trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function withoutKeeper(statement: string): string {
  return statement
    .replace(/ ON CLUSTER '\w+'/, '')
    .replace(/ReplicatedReplacingMergeTree\('[^']+', '[^']+'(, )?(\w*)\)/, 'ReplacingMergeTree($2)');
}
