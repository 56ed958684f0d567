import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import neo4j from 'neo4j-driver';
import { type ChildCommand, poll } from './child.ts';
import { type JarSet, javaProgram } from './java.ts';

export const neo4jJars: JarSet = {
  name: 'Neo4j',
  artifacts: ['org.neo4j.app:neo4j-server:5.26.25', 'org.neo4j:neo4j:5.26.25'],
  jars: 214,
};

const opened = ['java.base/java.nio', 'java.base/java.io', 'java.base/sun.nio.ch', 'java.base/java.util.concurrent'];
const options = [
  '-Xms256m',
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-Djava.awt.headless=true',
  ...opened.map((module) => `--add-opens=${module}=ALL-UNNAMED`),
];

/** Neo4j Community on loopback without sign-in, with its data in `folder`. */
export async function neo4jServer(jars: string, folder: string, port: number, logFile: string): Promise<ChildCommand> {
  const configuration = join(folder, 'conf');
  await mkdir(configuration, { recursive: true });
  await writeFile(join(configuration, 'neo4j.conf'), settings(port));
  return {
    name: 'Neo4j',
    ...javaProgram(jars, options, [
      'org.neo4j.server.CommunityEntryPoint',
      `--home-dir=${folder}`,
      `--config-dir=${configuration}`,
    ]),
    logFile,
    readyWithinMs: 120_000,
    ready: async (signal) => {
      const driver = neo4j.driver(`bolt://127.0.0.1:${port}`, undefined, { connectionTimeout: 2_000 });
      try {
        await poll(() => driver.verifyConnectivity(), signal);
      } finally {
        await driver.close();
      }
    },
  };
}

function settings(port: number): string {
  return `server.default_listen_address=127.0.0.1
server.bolt.enabled=true
server.bolt.listen_address=127.0.0.1:${port}
server.bolt.advertised_address=127.0.0.1:${port}
server.http.enabled=false
server.https.enabled=false
dbms.security.auth_enabled=false
dbms.usage_report.enabled=false
server.memory.heap.initial_size=256m
server.memory.heap.max_size=512m
server.memory.pagecache.size=128m
internal.server.bolt.thread_pool_shutdown_wait_time=100ms
db.tx_log.preallocate=false
db.tx_log.rotation.retention_policy=2 files
`;
}
