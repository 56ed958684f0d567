import { isAbsolute } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, describeSettings, readSettings, type SettingName, settingsSchema } from './config.ts';

const wrong = (env: Record<string, string>) => {
  try {
    readSettings(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
  throw new Error('the settings were taken');
};

describe('the settings', () => {
  test('have a default each, so that nothing needs to be set; what is empty counts as unset', () => {
    const settings = readSettings({});
    expect(Object.keys(settings).sort()).toEqual(Object.keys(settingsSchema.properties).sort());
    expect(settings).toMatchObject({ HOST: '127.0.0.1', PORT: 4000, KAFKA_SSL: false, KAFKA_BROKERS: '' });
    expect(isAbsolute(settings.TRIBUTARY_DATA)).toBe(true);
    expect(readSettings({ PORT: '', KAFKA_SSL: '', CLICKHOUSE_DATABASE: '', UNKNOWN: 'x' })).toEqual(settings);
  });

  test('take the type of their schema', () => {
    const given = { PORT: '0', KAFKA_SSL: 'true', KAFKA_PREFIX: '12.', KAFKA_BROKERS: ' a:9092, [::1]:9093 ,' };
    expect(readSettings(given)).toMatchObject({ ...given, PORT: 0, KAFKA_SSL: true });
  });

  test.each([
    ['PORT', 'http', 'PORT must be integer, not "http"'],
    ['PORT', '65536', 'PORT must be <= 65535, not "65536"'],
    ['PORT', '-1', 'PORT must be >= 0, not "-1"'],
    ['KAFKA_PARTITIONS', '0', 'KAFKA_PARTITIONS must be >= 1, not "0"'],
    ['KAFKA_SSL', 'perhaps', 'KAFKA_SSL must be boolean, not "perhaps"'],
    [
      'KAFKA_SASL_MECHANISM',
      'gssapi',
      'KAFKA_SASL_MECHANISM must be equal to one of the allowed values (plain, scram-sha-256, scram-sha-512), not "gssapi"',
    ],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL must be equal to one of the allowed values (debug, info, warn, error, silent)'],
    ['KAFKA_PREFIX', 'a b', 'KAFKA_PREFIX must match pattern "^[A-Za-z0-9._-]*$", not "a b"'],
    ['CLICKHOUSE_DATABASE', 'x; DROP', 'CLICKHOUSE_DATABASE must match pattern'],
    ['KAFKA_BROKERS', 'localhost', 'KAFKA_BROKERS must be a comma-separated list of host:port, entry 1 is not'],
    ['KAFKA_BROKERS', 'a:9092,kafka://b:9092', 'host:port, entry 2 is not'],
    ['NEO4J_URI', 'localhost:7687', 'NEO4J_URI must be an address that begins with bolt:// or neo4j://'],
    ['NEO4J_URI', 'http://localhost:7474', 'NEO4J_URI must be an address that begins with bolt:// or neo4j://'],
    ['CLICKHOUSE_URL', 'localhost:8123', 'CLICKHOUSE_URL must be an address that begins with http:// or https://'],
    ['S3_ENDPOINT', 'objects:80', 'S3_ENDPOINT must be an address that begins with http:// or https://'],
    ['S3_BUCKET', '../x', 'S3_BUCKET must match pattern'],
    ['WIKI_STREAM_URL', 'stream.example', 'WIKI_STREAM_URL must be an address that begins with http:// or https://'],
    [
      'OTEL_EXPORTER_OTLP_HEADERS',
      'key=100%',
      'OTEL_EXPORTER_OTLP_HEADERS must be name=value, comma-separated, the values as in URLs',
    ],
    ['WIKI_STREAM_URL', 'https://ada:x@stream.example', 'WIKI_STREAM_URL must not hold a user or password'],
    ['CLICKHOUSE_URL', 'http://', 'CLICKHOUSE_URL must be an address that begins with http:// or https://'],
  ])('refuse %s=%s, naming it and what it must be', (name, value, message) => {
    expect(wrong({ [name]: value })).toContain(message);
    expect(wrong({ [name]: value })).toContain('`tributary config` lists all variables');
  });

  test.each<[string, Record<string, string>]>([
    ['JWT_JWKS_URL and JWT_SECRET are both set: give one', { JWT_JWKS_URL: 'https://a/' }],
    ['JWT_SECRET must have 32 bytes or more', { JWT_SECRET: 'x'.repeat(31) }],
    ['JWT_ISSUER and JWT_AUDIENCE must be set where tokens are taken', { JWT_ISSUER: '' }],
    ['JWT_ISSUER and JWT_AUDIENCE must be set where tokens are taken', { JWT_AUDIENCE: '' }],
    ['JWT_JWKS_URL or JWT_SECRET must be set where tokens are taken', { JWT_SECRET: '' }],
    ['JWT_JWKS_URL must be an address that begins with http:// or https://', { JWT_JWKS_URL: 'ftp://a/' }],
  ])('of tokens: %s', (message, change) => {
    const tokens = { JWT_SECRET: 'x'.repeat(32), JWT_ISSUER: 'i', JWT_AUDIENCE: 'a' };
    expect(readSettings(tokens)).toMatchObject(tokens);
    expect(wrong({ ...tokens, ...change })).toContain(message);
    expect(wrong({ ...tokens, ...change })).not.toContain('xxx');
  });

  test('that are wrong are all told at once', () => {
    const told = wrong({ PORT: 'x', READ_AFTER_TIMEOUT_MS: '0', NEO4J_URI: 'x', KAFKA_BROKERS: 'x' });
    for (const name of ['PORT', 'READ_AFTER_TIMEOUT_MS', 'NEO4J_URI', 'KAFKA_BROKERS']) expect(told).toContain(name);
  });
});

describe('no secret is shown', () => {
  const shown = (name: SettingName, value: string) => {
    const env = { [name]: value };
    return describeSettings(readSettings(env), env).find((setting) => setting.name === name)!;
  };

  test('in the list of settings: passwords and keys are stars when they are set', () => {
    const secrets: SettingName[] = [
      'KAFKA_PASSWORD',
      'NEO4J_PASSWORD',
      'CLICKHOUSE_PASSWORD',
      'S3_SECRET_KEY',
      'TRIBUTARY_CURSOR_KEYS',
      'TRIBUTARY_SECRET_KEYS',
    ];
    const env = Object.fromEntries(secrets.map((name) => [name, `k:hunter2 of ${name}`]));
    const list = describeSettings(readSettings(env), env);
    expect(JSON.stringify(list)).not.toContain('hunter2');
    for (const { name, value, source } of list)
      if (secrets.includes(name)) expect([value, source]).toEqual(['***', 'environment']);
    expect(describeSettings(readSettings({}), {}).find(({ name }) => name === 'NEO4J_PASSWORD')).toMatchObject({
      value: '',
      source: 'default',
    });
  });

  test.each<[SettingName, string, string]>([
    ['CLICKHOUSE_URL', 'https://ada:hunter2@db:8443/?x=1', 'https://ada:***@db:8443/?x=1'],
    ['CLICKHOUSE_URL', 'https://:hunter2@db:8443', 'https://:***@db:8443'],
    ['CLICKHOUSE_URL', 'https://ada:hun@ter2:@db:8443', 'https://ada:***@db:8443'],
    ['CLICKHOUSE_URL', 'https://db:8443/?user=ada&password=hunter2&x=1', 'https://db:8443/?user=ada&password=***&x=1'],
    ['NEO4J_URI', 'neo4j+s://ada:hunter2@db', 'neo4j+s://ada:***@db'],
    ['NEO4J_URI', 'bolt://db:7687', 'bolt://db:7687'],
  ])('in the address %s=%s', (name, address, masked) => {
    expect(shown(name, address).value).toBe(masked);
  });

  test.each(['ada:hunter2@db:9092', 'sasl://ada:hunter2@db:9092', 'ada:hunter2'])('in the refusal of %s', (value) => {
    for (const name of ['KAFKA_BROKERS', 'NEO4J_URI', 'CLICKHOUSE_URL'])
      expect(wrong({ [name]: value, KAFKA_PASSWORD: 'hunter2', PORT: 'x' })).not.toMatch(/hunter2|ter2/);
  });
});
