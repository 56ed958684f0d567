import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { type Static, Type } from 'typebox';

const port = (value: number, description: string) =>
  Type.Integer({ default: value, minimum: 0, maximum: 65_535, description });
const text = (value: string, description: string) => Type.String({ default: value, description });
const count = (value: number, description: string, minimum = 1) =>
  Type.Integer({ default: value, minimum, maximum: 2 ** 31 - 1, description });
const secret = (description: string) => Type.String({ default: '', description, secret: true });

/** Every setting of the product: the name of its environment variable, type, default and meaning. */
export const settingsSchema = Type.Object({
  HOST: text(
    '127.0.0.1',
    'Address the gateway listens on. Anything but loopback is refused while no identity is configured.',
  ),
  TRIBUTARY_TRUST_NETWORK: Type.Boolean({
    default: false,
    description:
      'Listen on any HOST without identity, because the network before it lets only trusted callers through: a container whose port is published on loopback, or a proxy that signs people in.',
  }),
  METRICS_HOST: text('127.0.0.1', 'Address at METRICS_PORT. Whoever reaches it sees all metrics.'),
  METRICS_PORT: port(
    0,
    'Port at which a role serves /livez, /readyz and /metrics; the roles that `tributary up` starts take this one and those after it. 0: none, and the gateway serves them at PORT.',
  ),
  READY_LAG: Type.Integer({
    default: 100_000,
    minimum: 0,
    description: 'Messages that a view may be behind while the roles that serve it are ready. 0: any number.',
  }),
  DRAIN_MS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 600_000,
    description:
      'How long a role that is asked to stop goes on, in milliseconds, while /readyz says that it is not ready.',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: text(
    '',
    'http(s):// address of a collector that takes OTLP over HTTP with JSON, such as http://127.0.0.1:4318. Empty: no traces.',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: secret(
    'Headers sent to the collector: name=value, comma-separated, the values as in URLs.',
  ),
  OTEL_TRACES_SAMPLER: Type.Enum(
    [
      'parentbased_traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'traceidratio',
      'always_on',
      'always_off',
    ],
    {
      default: 'parentbased_traceidratio',
      description:
        'Which traces are sent, by the names that OpenTelemetry gives. parentbased: as who calls has decided.',
    },
  ),
  OTEL_TRACES_SAMPLER_ARG: Type.Number({
    default: 0.1,
    minimum: 0,
    maximum: 1,
    description: 'Share of the traces that begin here that is sent, 0 to 1.',
  }),
  JWT_JWKS_URL: text(
    '',
    'http(s):// address of the published keys (JWKS) of whoever issues the tokens that callers show. Empty: JWT_SECRET, or no tokens.',
  ),
  JWT_SECRET: secret(
    'Secret that tokens are signed with (HS256), at least 32 bytes, instead of published keys. Empty: JWT_JWKS_URL, or no tokens.',
  ),
  JWT_ISSUER: text('', 'Whose tokens are taken: their claim iss. Needed where tokens are.'),
  JWT_AUDIENCE: text('', 'For whom the tokens are that are taken: their claim aud. Needed where tokens are.'),
  JWT_CLOCK_SKEW_SECONDS: Type.Integer({
    default: 30,
    minimum: 0,
    maximum: 600,
    description: 'By so many seconds the clock of the issuer may be wrong.',
  }),
  JWT_TENANT_CLAIM: Type.String({
    default: 'tenant',
    minLength: 1,
    description: 'Claim of a token that names the tenant of the caller. A token without it is of the tenant public.',
  }),
  TRIBUTARY_API_KEYS: secret(
    'API keys that are taken, as `tributary key list --json` prints them. Empty: those that `tributary key create` keeps in the data folder.',
  ),
  PORT: port(4000, 'Port of the gateway: GraphQL at /graphql, the explorer at /.'),
  TRIBUTARY_DATA: text('.tributary', 'Folder of the local servers: their data, logs and generated secrets.'),
  TRIBUTARY_CACHE: text(
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tributary'),
    'Folder that keeps the server jars between runs.',
  ),
  KAFKA_BROKERS: text('', 'Comma-separated host:port list. Empty: a local broker is started.'),
  KAFKA_PORT: port(9092, 'Port of the local broker.'),
  KAFKA_CONTROLLER_PORT: port(9093, "Port of the local broker's controller."),
  KAFKA_PREFIX: Type.String({
    default: '',
    pattern: '^[A-Za-z0-9._-]*$',
    description: 'Put before every topic and consumer group, so that installations can share a Kafka cluster.',
  }),
  KAFKA_PARTITIONS: Type.Integer({
    default: 4,
    minimum: 1,
    maximum: 4096,
    description: 'Partitions of a topic when it is created.',
  }),
  KAFKA_REPLICATION: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 32,
    description: 'Replicas of a topic when it is created.',
  }),
  KAFKA_SESSION_TIMEOUT_MS: Type.Integer({
    default: 6000,
    minimum: 1000,
    description:
      'After so many milliseconds without a sign of life another process takes over the partitions of an ingest process.',
  }),
  KAFKA_SSL: Type.Boolean({ default: false, description: 'Speak TLS to the brokers.' }),
  KAFKA_SASL_MECHANISM: Type.Enum(['plain', 'scram-sha-256', 'scram-sha-512'], {
    default: 'plain',
    description: 'How KAFKA_USER signs in: plain, scram-sha-256 or scram-sha-512.',
  }),
  KAFKA_USER: text('', 'User name at the brokers. Empty: no sign-in.'),
  KAFKA_PASSWORD: secret('Password at the brokers.'),
  NEO4J_URI: text('', 'bolt:// or neo4j:// address. Empty: a local server is started.'),
  NEO4J_PORT: port(7687, 'Bolt port of the local Neo4j.'),
  NEO4J_USER: text('', 'User name at Neo4j. Empty: no sign-in.'),
  NEO4J_PASSWORD: secret('Password at Neo4j.'),
  CLICKHOUSE_URL: text('', 'http(s):// address. Empty: a local server is started.'),
  CLICKHOUSE_PORT: port(8123, 'HTTP port of the local ClickHouse.'),
  CLICKHOUSE_USER: text('', 'User name at ClickHouse. Empty: the default user.'),
  CLICKHOUSE_PASSWORD: secret('Password at ClickHouse.'),
  CLICKHOUSE_DATABASE: Type.String({
    default: 'tributary',
    pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
    description: 'Database that holds the log and the typed tables.',
  }),
  CLICKHOUSE_CLUSTER: Type.String({
    default: '',
    pattern: '^([A-Za-z_][A-Za-z0-9_-]*)?$',
    description:
      'Cluster of ClickHouse, as its servers call it, over which the tables are distributed. Empty: one server has all.',
  }),
  SCHEMA_REGISTRY_URL: text(
    '',
    "http(s):// address of a registry of Avro schemas that speaks Confluent's protocol. Empty: messages are JSON alone.",
  ),
  SCHEMA_REGISTRY_USER: text('', 'User name at the registry. Empty: no sign-in.'),
  SCHEMA_REGISTRY_PASSWORD: secret('Password at the registry.'),
  WIKI_RETENTION_DAYS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 36_500,
    description:
      'Days after which an edit of a wiki leaves the table of edits, counted from when it was made. 0: never. The log keeps it.',
  }),
  WIKI_STREAM_URL: text(
    'https://stream.wikimedia.org/v2/stream/recentchange',
    'http(s):// address of the stream of edits: server-sent events as EventStreams of Wikimedia sends them.',
  ),
  IQAIR_KEY: secret(
    'Key of the API of IQAir, for the feeds of the demo. Empty: an invented API on loopback is asked instead.',
  ),
  S3_BUCKET: Type.String({
    default: '',
    pattern: '^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$',
    description:
      'Bucket of an S3-compatible store that keeps the raw responses of feeds; it is made when it is missing. Empty: a folder in the data folder keeps them.',
  }),
  S3_ENDPOINT: text('', 'http(s):// address of the S3-compatible store. Empty: Amazon S3.'),
  S3_REGION: text('us-east-1', 'Region of the bucket.'),
  S3_ACCESS_KEY: text('', 'Access key id at the store. Empty: what the AWS SDK finds by itself, such as a role.'),
  S3_SECRET_KEY: secret('Secret access key at the store.'),
  TRIBUTARY_CURSOR_KEYS: secret(
    'Keys that sign cursors: id:secret, comma-separated, the first signs, all verify. Empty: one is made and kept in the data folder. Gateways behind one load balancer need the same.',
  ),
  TRIBUTARY_SECRET_KEYS: secret(
    'Keys that encrypt the secrets of feeds: id:key, comma-separated, each key 32 bytes in base64, the first encrypts, all decrypt. Empty: one is made and kept in the data folder. Processes on several machines need the same.',
  ),
  TRIBUTARY_ALLOW_PRIVATE_ENDPOINTS: Type.Boolean({
    default: false,
    description:
      'Let feeds fetch from loopback, private and other addresses that the internet does not reach. Whoever can start a feed can then ask every server that this machine can reach.',
  }),
  READ_AFTER_TIMEOUT_MS: Type.Integer({
    default: 5000,
    minimum: 1,
    description: 'How long a query with a Read-After header waits for its view, in milliseconds.',
  }),
  LIMITS_MODE: Type.Enum(['enforce', 'measure', 'off'], {
    default: 'enforce',
    description:
      'What is done about operations beyond the limits: enforce refuses them, measure runs them and says so in the log, off looks at nothing.',
  }),
  LIMIT_BODY_BYTES: count(1 << 20, 'Most bytes of a request of GraphQL over HTTP, and of a message over WebSocket.'),
  LIMIT_BODY_MS: count(30_000, 'How long the body of a request of GraphQL may take to arrive, in milliseconds.'),
  LIMIT_TEXT: count(65_536, 'Most characters of the text of an operation.'),
  LIMIT_TOKENS: count(2_000, 'Most tokens of it: names, numbers, texts and punctuation.'),
  LIMIT_DEPTH: count(25, 'How many fields may lie inside one another; and how deep variables may be.'),
  LIMIT_FIELDS: count(1_000, 'Most fields of an operation, with its fragments spread.'),
  LIMIT_ALIASES: count(100, 'Most fields that have an alias, likewise.'),
  LIMIT_DIRECTIVES: count(50, 'Most directives, likewise.'),
  LIMIT_COST: count(250_000, 'Most values that the answer to an operation may have, as docs/limits.md counts them.'),
  OPERATION_TIMEOUT_MS: count(
    30_000,
    'How long a query or mutation may take, in milliseconds. What it asks of a store ends then.',
  ),
  RATE_LIMIT_COST_PER_MINUTE: count(
    0,
    'What each caller who has an identity may ask one gateway for in a minute, in the cost of operations. 0: anything.',
    0,
  ),
  LIMIT_CONNECTIONS_PER_ADDRESS: count(
    10_000,
    'Most connections of one address to a gateway. A proxy is one address for all who come through it.',
  ),
  LIMIT_OPERATIONS_PER_SOCKET: count(100, 'Most operations that are open at once over one WebSocket.'),
  LIMIT_SOCKET_BYTES_PER_MINUTE: count(
    16 << 20,
    'Most bytes that a WebSocket may receive in a minute; a message counts as 256 at least.',
  ),
  CORS_ORIGINS: text(
    '',
    'Origins whose pages may use the gateway, comma-separated, such as https://app.example; * for all. Empty: its own alone.',
  ),
  TRIBUTARY_INTROSPECTION: Type.Enum(['auto', 'on', 'off'], {
    default: 'auto',
    description:
      'Whether operations may ask about the schema and for their query plan, and errors suggest names of the schema: on, off, or auto, which is on while no identity is configured.',
  }),
  TRUSTED_DOCUMENTS: text(
    '',
    'Documents that clients may ask for by id: a JSON file of ids and texts, or a folder of .graphql files, whose ids are the SHA-256 of their texts.',
  ),
  TRUSTED_DOCUMENTS_ONLY: Type.Boolean({ default: false, description: 'Run those alone.' }),
  LOG_LEVEL: Type.Enum(['debug', 'info', 'warn', 'error', 'silent'], {
    default: 'info',
    description: 'Least severity that is logged: debug, info, warn, error or silent.',
  }),
});

/** The validated configuration, keyed by the names of the environment variables. */
export type Settings = Static<typeof settingsSchema>;
export type SettingName = keyof Settings;

const validate = new Ajv({
  coerceTypes: true,
  useDefaults: true,
  allErrors: true,
  keywords: ['secret'],
}).compile<Settings>(settingsSchema);

export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * The configuration out of environment variables; an empty variable counts as unset.
 * @throws ConfigurationError that names every wrong variable, what it must be, and what it was (secrets withheld).
 */
export function readSettings(env: Record<string, string | undefined> = process.env): Settings {
  const names = Object.keys(settingsSchema.properties) as SettingName[];
  const given: Record<string, unknown> = {};
  for (const name of names) if (env[name]) given[name] = env[name];
  const raw = { ...given };
  const wrong: string[] = [];
  if (!validate(given))
    for (const error of validate.errors ?? []) {
      const name = error.instancePath.slice(1) as SettingName;
      const was = isSecret(name) ? '' : `, not "${raw[name]}"`;
      const values = error.keyword === 'enum' ? ` (${(error.params.allowedValues as string[]).join(', ')})` : '';
      wrong.push(`${name} ${error.message}${values}${was}`);
    }
  const settings = given as Settings;
  wrong.push(...wrongAddresses(settings));
  if (wrong.length > 0)
    throw new ConfigurationError(`Wrong configuration: ${wrong.join('; ')}. \`tributary config\` lists all variables.`);
  return {
    ...settings,
    TRIBUTARY_DATA: resolve(settings.TRIBUTARY_DATA),
    TRIBUTARY_CACHE: resolve(settings.TRIBUTARY_CACHE),
  };
}

function wrongAddresses(settings: Settings): string[] {
  const wrong: string[] = [];
  const needs = (name: SettingName, schemes: string[]) => {
    const value = String(settings[name] ?? '');
    if (value === '') return;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (!url?.hostname || !schemes.includes(url.protocol.slice(0, -1)))
      wrong.push(`${name} must be an address that begins with ${schemes.map((s) => `${s}://`).join(' or ')}`);
  };
  needs('NEO4J_URI', ['bolt', 'neo4j', 'bolt+s', 'neo4j+s', 'bolt+ssc', 'neo4j+ssc']);
  needs('CLICKHOUSE_URL', ['http', 'https']);
  needs('WIKI_STREAM_URL', ['http', 'https']);
  needs('S3_ENDPOINT', ['http', 'https']);
  needs('OTEL_EXPORTER_OTLP_ENDPOINT', ['http', 'https']);
  needs('SCHEMA_REGISTRY_URL', ['http', 'https']);
  if (!isEncoded(settings.OTEL_EXPORTER_OTLP_HEADERS ?? ''))
    wrong.push('OTEL_EXPORTER_OTLP_HEADERS must be name=value, comma-separated, the values as in URLs');
  // The one stands in every message that comes from there, and the other has settings of its own for them.
  for (const name of ['WIKI_STREAM_URL', 'SCHEMA_REGISTRY_URL'] as const)
    if (/:\/\/[^/?#]*@/.test(settings[name] ?? '')) wrong.push(`${name} must not hold a user or password`);
  for (const origin of originsOf(settings))
    if (origin !== '*' && (!URL.canParse(origin) || new URL(origin).origin !== origin))
      wrong.push(
        `CORS_ORIGINS must be a comma-separated list of origins such as https://app.example, or *, not "${origin}"`,
      );
  needs('JWT_JWKS_URL', ['http', 'https']);
  wrong.push(...wrongTokens(settings));
  for (const [at, broker] of brokersOf(settings).entries())
    if (!/^[^\s:/@]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/.test(broker))
      wrong.push(`KAFKA_BROKERS must be a comma-separated list of host:port, entry ${at + 1} is not`);
  return wrong;
}

/** Whether it is text as URLs have it, in which % begins what is encoded. */
function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function wrongTokens({ JWT_JWKS_URL, JWT_SECRET, JWT_ISSUER, JWT_AUDIENCE }: Settings): string[] {
  if (!JWT_JWKS_URL && !JWT_SECRET) {
    const isMeant = JWT_ISSUER || JWT_AUDIENCE;
    return isMeant ? ['JWT_JWKS_URL or JWT_SECRET must be set where tokens are taken'] : [];
  }
  const wrong: string[] = [];
  if (JWT_JWKS_URL && JWT_SECRET) wrong.push('JWT_JWKS_URL and JWT_SECRET are both set: give one');
  if (JWT_SECRET && Buffer.byteLength(JWT_SECRET) < 32) wrong.push('JWT_SECRET must have 32 bytes or more');
  // Without them, a token that the same issuer made for another service would be taken.
  if (!JWT_ISSUER || !JWT_AUDIENCE) wrong.push('JWT_ISSUER and JWT_AUDIENCE must be set where tokens are taken');
  return wrong;
}

/** The brokers' host:port addresses. */
export function brokersOf(settings: Settings): string[] {
  return (settings.KAFKA_BROKERS ?? '')
    .split(',')
    .map((broker) => broker.trim())
    .filter(Boolean);
}

/** The origins whose pages may use the gateway; `*`: all. */
export function originsOf({ CORS_ORIGINS = '' }: Partial<Pick<Settings, 'CORS_ORIGINS'>>): string[] {
  return CORS_ORIGINS.split(',')
    .map((origin) => origin.trim())
    .filter(Boolean);
}

/** Whether nobody may see its value. */
export function isSecret(name: SettingName): boolean {
  return 'secret' in (settingsSchema.properties[name] ?? {});
}

export interface DescribedSetting {
  name: SettingName;
  /** The value in force; a secret, or a password inside an address, is replaced by `***`. */
  value: string;
  source: 'default' | 'environment';
  description: string;
}

/** The configuration as a person may see it: no secrets. */
export function describeSettings(
  settings: Settings,
  env: Record<string, string | undefined> = process.env,
): DescribedSetting[] {
  return (Object.keys(settingsSchema.properties) as SettingName[]).map((name) => ({
    name,
    value: mask(name, String(settings[name])),
    source: env[name] ? 'environment' : 'default',
    description: (settingsSchema.properties[name] as { description?: string }).description ?? '',
  }));
}

function mask(name: SettingName, value: string): string {
  if (value === '') return '';
  if (isSecret(name)) return '***';
  // The last @ before the path ends the sign-in part of an address, so a password may hold others.
  return value.replace(/(:\/\/[^/?#@:]*):[^/?#]*@/, '$1:***@').replace(/([?&]password=)[^&#]*/gi, '$1***');
}
