import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { type ChildCommand, poll } from './child.ts';
import { type JarSet, javaCommand, javaProgram } from './java.ts';

export const kafkaJars: JarSet = {
  name: 'Kafka',
  // Without the second the broker would say nothing, not even why it ends.
  artifacts: ['org.apache.kafka:kafka_2.13:4.3.0', 'org.slf4j:slf4j-simple:1.7.36'],
  jars: 46,
};

const options = [
  '-Xms128m',
  '-Xmx384m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Djava.awt.headless=true',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
];

/** A single broker that is its own controller (KRaft), on loopback, with its data in `folder`. */
export async function kafkaServer(
  jars: string,
  folder: string,
  ports: { broker: number; controller: number },
  logFile: string,
): Promise<ChildCommand> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'server.properties');
  await writeFile(file, properties(join(folder, 'data'), ports));
  if (!existsSync(join(folder, 'data', 'meta.properties'))) await format(jars, file);
  const client = new Kafka({
    brokers: [`127.0.0.1:${ports.broker}`],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  });
  return {
    name: 'Kafka',
    ...javaProgram(jars, options, ['kafka.Kafka', file]),
    logFile,
    readyWithinMs: 60_000,
    ready: (signal) => poll(() => answers(client), signal),
  };
}

async function answers(client: Kafka): Promise<void> {
  const admin = client.admin();
  try {
    await admin.connect();
    await admin.describeCluster();
  } finally {
    await admin.disconnect();
  }
}

async function format(jars: string, file: string): Promise<void> {
  // The first byte keeps the text from beginning with a dash, which would be taken for an option.
  const id = Buffer.concat([Buffer.of(0), randomBytes(15)]).toString('base64url');
  const java = [...options, '-cp', join(jars, 'lib', '*'), 'kafka.tools.StorageTool'];
  await promisify(execFile)(javaCommand, [...java, 'format', '-t', id, '-c', file]);
}

// The quorum is static, so that the ports can change between runs.
function properties(data: string, ports: { broker: number; controller: number }): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${ports.controller}
listeners=PLAINTEXT://127.0.0.1:${ports.broker},CONTROLLER://127.0.0.1:${ports.controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${ports.broker}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=${data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
`;
}
