import { isUtf8 } from 'node:buffer';

/** Why bytes are no value of their schema, or what is no schema; in words for a person. */
export class AvroError extends Error {
  override readonly name = 'AvroError';
}

/** Avro in binary, as JSON. @throws AvroError when the bytes are not exactly one value of the schema */
export type AvroReader = (bytes: Buffer) => string;

/** Writes the value that comes next as JSON. */
type Read = (body: Body) => string;

/** Characters of JSON that a value may become. Fields that take no bytes have names, and names can be repeated. */
const longestJson = 16 << 20;
/** How deep records may lie in one another; a schema can be recursive. */
const deepest = 64;

/**
 * Compiles a schema (https://avro.apache.org/docs/1.12.0/specification/) into a reader. Of unions the value stands
 * alone, without the name of its branch. Numbers keep all their digits. Moments and days become texts of ISO 8601,
 * decimals numbers, other bytes texts with a character for each byte; what is marked as something else is read as what
 * it is made of.
 *
 * The bytes come from anybody, so each count is held against what is left of them, and what is written is bounded.
 * @param references schemas of which this one uses the names, each after those that it uses itself
 * @throws AvroError when it is none
 */
export function avroReader(schema: unknown, references: unknown[] = []): AvroReader {
  const named = new Map<string, Read>();
  const read = shallow('the schema', () => [...references, schema].map((one) => compile(one, '', named)).at(-1)!);
  return (bytes) => {
    const body = new Body(bytes);
    const json = shallow('the value', () => read(body));
    if (body.left > 0) throw body.fault(`${body.left} bytes follow the value`);
    return json;
  };
}

/** @throws AvroError when the work ends because it goes deeper than there is room for calls */
function shallow<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) throw new AvroError(`${what} is nested too deep`);
    throw error;
  }
}

/** Bytes that are read once, from the first to the last. */
class Body {
  readonly #bytes: Buffer;
  #at = 0;
  #room = longestJson;
  depth = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  fault(what: string): AvroError {
    return new AvroError(`${what}, at byte ${this.#at} of ${this.#bytes.length}`);
  }

  take(length: number): Buffer {
    if (length > this.left) throw this.fault(`${length} bytes should follow`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  byte(): number {
    if (this.left === 0) throw this.fault('another byte should follow');
    return this.#bytes[this.#at++]!;
  }

  boolean(): boolean {
    const byte = this.byte();
    if (byte > 1) throw this.fault(`a boolean is ${byte}`);
    return byte === 1;
  }

  /** A whole number of at most 64 bits; one that is small is no bigint, which would be slow. */
  long(): number | bigint {
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (low >>> 1) ^ -(low & 1);
    }
    let all = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      all |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80 && all < 1n << 64n) return (all >> 1n) ^ -(all & 1n);
    }
    throw this.fault('a number has more than 64 bits');
  }

  int(): number {
    const number = Number(this.long());
    if (number !== (number | 0)) throw this.fault('an int has more than 32 bits');
    return number;
  }

  /** The number of bytes, or of things of which each takes one, that follow. */
  count(number = Number(this.long())): number {
    if (number < 0 || number > this.left) throw this.fault(`${number} bytes or more should follow`);
    return number;
  }

  index(length: number): number {
    const index = Number(this.long());
    if (index < 0 || index >= length) throw this.fault(`${index} is none of ${length} choices`);
    return index;
  }

  text(): string {
    const bytes = this.take(this.count());
    if (!isUtf8(bytes)) throw this.fault('a text is not UTF-8');
    return bytes.toString();
  }

  /** Counts what is written. */
  wrote(json: string): string {
    this.#room -= json.length;
    if (this.#room < 0) throw this.fault(`the value becomes more than ${longestJson} characters of JSON`);
    return json;
  }
}

const finite = (body: Body, number: number): string => {
  if (!Number.isFinite(number)) throw body.fault(`JSON has no ${number}`);
  return String(number);
};

const primitives: Record<string, Read> = {
  null: () => 'null',
  boolean: (body) => String(body.boolean()),
  int: (body) => String(body.int()),
  long: (body) => String(body.long()),
  float: (body) => finite(body, body.take(4).readFloatLE()),
  double: (body) => finite(body, body.take(8).readDoubleLE()),
  bytes: (body) => JSON.stringify(body.take(body.count()).toString('latin1')),
  string: (body) => JSON.stringify(body.text()),
};

interface Complex {
  type?: unknown;
  logicalType?: unknown;
  name?: unknown;
  namespace?: unknown;
  fields?: unknown;
  symbols?: unknown;
  items?: unknown;
  values?: unknown;
  size?: unknown;
  scale?: unknown;
}

/** @param named readers of what has a name, to which those of this schema are added */
function compile(schema: unknown, namespace: string, named: Map<string, Read>): Read {
  if (typeof schema === 'string') {
    const read = Object.hasOwn(primitives, schema) ? primitives[schema]! : named.get(fullName(schema, namespace));
    if (!read) throw new AvroError(`the schema names a type ${schema} that it does not define`);
    return (body) => body.wrote(read(body));
  }
  if (Array.isArray(schema)) {
    const branches = schema.map((branch) => compile(branch, namespace, named));
    return (body) => branches[body.index(branches.length)]!(body);
  }
  const of = (schema ?? {}) as Complex;
  const logical = logicalRead(of);
  if (logical) return defined(of, namespace, named, (body) => body.wrote(logical(body)));
  switch (of.type) {
    case 'record':
    case 'error':
      return recordRead(of, namespace, named);
    case 'enum': {
      const symbols = listOf(of.symbols, 'symbols').map((symbol) => JSON.stringify(String(symbol)));
      return defined(of, namespace, named, (body) => body.wrote(symbols[body.index(symbols.length)]!));
    }
    case 'fixed': {
      const size = wholeNumber(of.size, 'size');
      return defined(of, namespace, named, (body) => body.wrote(JSON.stringify(body.take(size).toString('latin1'))));
    }
    case 'array': {
      const item = compile(of.items, namespace, named);
      return (body) => `[${sequence(body, () => item(body))}]`;
    }
    case 'map': {
      const value = compile(of.values, namespace, named);
      return (body) => `{${sequence(body, () => `${body.wrote(JSON.stringify(body.text()))}:${value(body)}`)}}`;
    }
    case undefined:
    case null:
      throw new AvroError('the schema has no type');
    default:
      return compile(of.type, namespace, named);
  }
}

function recordRead(of: Complex, enclosing: string, named: Map<string, Read>): Read {
  let fields: { label: string; read: Read }[] = [];
  const read = defined(of, enclosing, named, (body) => {
    if (++body.depth > deepest) throw body.fault(`records are nested deeper than ${deepest} levels`);
    const json = `{${fields.map(({ label, read }) => body.wrote(label) + read(body)).join(',')}}`;
    body.depth--;
    return json;
  });
  const namespace = namespaceOf(of, enclosing);
  fields = listOf(of.fields, 'fields').map((field) => {
    const { name, type } = field as Complex;
    return { label: `${JSON.stringify(String(name))}:`, read: compile(type, namespace, named) };
  });
  return read;
}

/** The blocks of an array or a map. One that holds something takes at least a byte for each. */
function sequence(body: Body, read: () => string): string {
  const parts: string[] = [];
  for (let count = Number(body.long()); count !== 0; count = Number(body.long())) {
    if (count < 0) body.long(); // the block's size, for who wants to skip it
    for (let left = body.count(Math.abs(count)); left > 0; left--) parts.push(read());
  }
  return parts.join(',');
}

const fractions: Record<string, bigint> = { millis: 1n, micros: 1_000n, nanos: 1_000_000n };

/** How something is read that is marked as more than what it is made of, if it is known. */
function logicalRead({ type, logicalType, size, scale = 0 }: Complex): Read | undefined {
  const [, local, unit] = /^(local-)?timestamp-(millis|micros|nanos)$/.exec(String(logicalType)) ?? [];
  if (unit && type === 'long') return (body) => momentText(body, fractions[unit]!, local ? '' : 'Z');
  if (logicalType === 'date' && type === 'int')
    return (body) => `"${isoText(body, body.int() * 86_400_000).slice(0, -'T00:00:00.000Z'.length)}"`;
  if (logicalType === 'uuid' && type === 'fixed' && size === 16)
    return (body) =>
      `"${body
        .take(16)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}"`;
  if (logicalType !== 'decimal' || wholeNumber(scale, 'scale') > mostDigits) return undefined;
  if (type === 'bytes') return (body) => decimalText(body, body.take(body.count()), scale as number);
  return type === 'fixed'
    ? (body) => decimalText(body, body.take(wholeNumber(size, 'size')), scale as number)
    : undefined;
}

/** @param perMilli how many of the unit make a millisecond */
function momentText(body: Body, perMilli: bigint, zone: string): string {
  const time = BigInt(body.long());
  const rest = ((time % perMilli) + perMilli) % perMilli;
  const digits = String(perMilli).length - 1;
  const finer = digits === 0 ? '' : String(rest).padStart(digits, '0');
  return `"${isoText(body, Number((time - rest) / perMilli)).slice(0, -1)}${finer}${zone}"`;
}

function isoText(body: Body, milliseconds: number): string {
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) throw body.fault('a moment is not of the calendar');
  return date.toISOString();
}

/** More is no amount of anything, and slow to write in tens. */
const mostDigits = 150;

function decimalText(body: Body, bytes: Buffer, scale: number): string {
  if (bytes.length > 64) throw body.fault(`a decimal has more than ${mostDigits} digits`);
  const number = BigInt.asIntN(8 * bytes.length, BigInt(`0x0${bytes.toString('hex')}`));
  const digits = String(number < 0 ? -number : number).padStart(scale + 1, '0');
  const whole = `${number < 0 ? '-' : ''}${digits.slice(0, digits.length - scale)}`;
  return scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`;
}

/** The reader, which others can name from now on, if the schema has a name. */
function defined(of: Complex, enclosing: string, named: Map<string, Read>, read: Read): Read {
  if (typeof of.name === 'string') named.set(fullName(of.name, namespaceOf(of, enclosing)), read);
  return read;
}

function namespaceOf({ name, namespace }: Complex, enclosing: string): string {
  const dot = String(name).lastIndexOf('.');
  if (dot >= 0) return String(name).slice(0, dot);
  return typeof namespace === 'string' ? namespace : enclosing;
}

function fullName(name: string, namespace: string): string {
  return namespace === '' || name.includes('.') ? name : `${namespace}.${name}`;
}

function listOf(value: unknown, what: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new AvroError(`the schema has no list of ${what}`);
}

function wholeNumber(value: unknown, what: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new AvroError(`the schema has no whole number as ${what}`);
}
