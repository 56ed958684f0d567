import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readSettings, type SettingName, settingsSchema } from '../platform/config.ts';
import { projectRoot } from '../platform/root.ts';
import { s3proxy } from '../test/objectStore.ts';
import { apicurio } from '../test/registry.ts';

interface Service {
  image: string;
  build?: string;
  command?: string[];
  environment: Record<string, string | number>;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
}

const text = (file: string) => readFileSync(join(projectRoot, file), 'utf8');
const compose = parse(text('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, null>;
};
const services = Object.entries(compose.services);
const roles = services.filter(([, { build }]) => build !== undefined);

/** The value as Compose hands it over when the variables in it are not set. */
const byDefault = (value: string | number) => String(value).replace(/\$\{\w+:-([^}]*)\}/g, '$1');
const tagOf = (image: string) => /:([^:/]+)$/.exec(image)?.[1];

describe.each(services)('%s', (_, { image, ports = [], volumes = [], depends_on = {}, healthcheck }) => {
  test('has an image of a stated version', () => {
    expect(tagOf(image)).toMatch(/\d|^local$/);
  });

  test('has a health check', () => {
    const [kind, ...command] = healthcheck?.test ?? [];
    expect(kind).toMatch(/^CMD(-SHELL)?$/);
    expect(command.length).toBeGreaterThan(0);
    for (const word of command) expect(word).toBeTypeOf('string');
  });

  test('publishes ports on loopback only', () => {
    for (const port of ports) expect(byDefault(port)).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test('keeps its data in declared volumes', () => {
    for (const volume of volumes) expect(compose.volumes).toHaveProperty([volume.split(':')[0]!]);
  });

  test('waits for the health of what it needs', () => {
    for (const [name, { condition }] of Object.entries(depends_on)) {
      expect(compose.services).toHaveProperty(name);
      expect(condition).toBe('service_healthy');
    }
  });
});

test('there is a role for each of gateway, ingest and the worker of air, which keep raw responses in one store', () => {
  expect(roles.map(([, { command }]) => command)).toEqual([['gateway'], ['ingest'], ['source', 'air']]);
  const { environment } = compose.services.objects!;
  for (const [, role] of roles)
    expect(role.environment).toMatchObject({
      S3_ENDPOINT: expect.stringContaining('http://objects:'),
      S3_ACCESS_KEY: environment.S3PROXY_IDENTITY,
      S3_SECRET_KEY: environment.S3PROXY_CREDENTIAL,
    });
});

test('the store of raw responses is the one that it is tested against, and keeps them in its volume', () => {
  const { image, environment, volumes } = compose.services.objects!;
  expect(tagOf(image)).toBe(`s3proxy-${s3proxy.version}`);
  for (const [property, value] of Object.entries(s3proxy.properties))
    expect(environment[property.toUpperCase().replaceAll('.', '_')]).toBe(value);
  expect(volumes).toEqual([`objects:${environment.JCLOUDS_FILESYSTEM_BASEDIR}`]);
});

test('the schema registry is the one that it is tested against', () => {
  expect(tagOf(compose.services.registry!.image)).toBe(apicurio.version);
});

describe.each(roles)('the role %s', (_, { environment }) => {
  test('is given settings that exist and are valid, and no server to start by itself', () => {
    expect(Object.keys(settingsSchema.properties)).toEqual(expect.arrayContaining(Object.keys(environment)));
    const values = Object.entries(environment).map(([name, value]) => [name, byDefault(value)]);
    expect(readSettings(Object.fromEntries(values))).toMatchObject({
      KAFKA_BROKERS: expect.stringContaining('kafka:'),
      NEO4J_URI: expect.stringContaining('neo4j:'),
      CLICKHOUSE_URL: expect.stringContaining('clickhouse:'),
    });
  });

  test('takes its secrets from the environment', () => {
    for (const [name, value] of Object.entries(environment))
      if ('secret' in settingsSchema.properties[name as SettingName])
        expect(value).toBe(`\${${name}:-${byDefault(value)}}`);
  });

  test('signs in with what the servers were given', () => {
    const { neo4j, clickhouse } = compose.services;
    expect(neo4j!.environment.NEO4J_AUTH).toBe(`${environment.NEO4J_USER}/${environment.NEO4J_PASSWORD}`);
    expect(clickhouse!.environment).toMatchObject({
      CLICKHOUSE_USER: environment.CLICKHOUSE_USER,
      CLICKHOUSE_PASSWORD: environment.CLICKHOUSE_PASSWORD,
    });
  });
});

test('the gateway trusts its network only where its port is published on loopback', () => {
  for (const [, { environment, ports }] of services.filter(([, one]) => one.environment.TRIBUTARY_TRUST_NETWORK)) {
    expect(environment.HOST).toBe('0.0.0.0');
    expect(ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)]);
  }
});

test('the image is built on a stated glibc base and runs without root', () => {
  const dockerfile = text('Dockerfile');
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base!);
  for (const base of bases) expect(tagOf(base)).toMatch(/^\d+.*-bookworm/);
  expect(dockerfile.lastIndexOf('\nUSER node\n')).toBeGreaterThan(dockerfile.lastIndexOf('\nFROM '));
});
