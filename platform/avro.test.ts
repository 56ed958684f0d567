import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AvroError, avroReader } from './avro.ts';

/** Of everything that there is, nested, named and named again. */
const schema = {
  type: 'record',
  name: 'Everything',
  namespace: 'of.a.test',
  fields: [
    { name: 'nothing', type: 'null' },
    { name: 'flag', type: 'boolean' },
    { name: 'small', type: { type: 'int' } },
    { name: 'large', type: 'long' },
    { name: 'single', type: 'float' },
    { name: 'double', type: 'double' },
    { name: 'text', type: 'string' },
    { name: 'suit', type: { type: 'enum', name: 'Suit', symbols: ['CLUBS', 'HEARTS'] } },
    { name: 'either', type: ['null', 'Suit', 'long'] },
    { name: 'list', type: { type: 'array', items: ['int', { type: 'map', values: 'of.a.test.Suit' }] } },
    {
      name: 'tree',
      type: {
        type: 'record',
        name: 'other.Node',
        fields: [
          { name: 'name', type: 'string' },
          { name: 'children', type: { type: 'array', items: 'Node' } },
        ],
      },
    },
  ],
};
const type = avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: false });
const read = avroReader(schema);

const text = fc.string({ unit: 'grapheme' });
const suit = fc.constantFrom('CLUBS', 'HEARTS');
const { tree } = fc.letrec<{ tree: object }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    fc.record({ name: text, children: fc.constant([]) }),
    fc.record({ name: text, children: fc.array(tie('tree'), { maxLength: 3 }) }),
  ),
}));
const int = fc.integer();
const value = fc.record({
  nothing: fc.constant(null),
  flag: fc.boolean(),
  small: int,
  large: fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), // larger ones that library writes wrong
  single: fc.float({ noNaN: true, noDefaultInfinity: true }),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }),
  text,
  suit,
  either: fc.oneof(fc.constant(null), suit, int),
  list: fc.array(fc.oneof(int, fc.dictionary(text, suit))),
  tree,
});

test('what another library writes is read as it was', () => {
  fc.assert(
    fc.property(value, (value) => {
      expect(JSON.parse(read(type.toBuffer(value)))).toEqual(asJson(value));
    }),
  );
});

test('bytes that were cut off, or of which one is another, are read or refused, and nothing else happens', () => {
  fc.assert(
    fc.property(value, fc.nat(), fc.nat({ max: 255 }), (value, at, byte) => {
      const bytes = type.toBuffer(value);
      expect(() => read(bytes.subarray(0, at % bytes.length))).toThrow(AvroError);
      expect(() => read(Buffer.concat([bytes, Buffer.of(byte)]))).toThrow(/1 bytes follow the value/);
      bytes[at % bytes.length] = byte;
      try {
        JSON.parse(read(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(AvroError);
      }
    }),
  );
});

const long = (value: number) => avsc.Type.forSchema('long').toBuffer(value);

describe.each<[string, object | string, Buffer, RegExp]>([
  ['a list of a billion numbers', { type: 'array', items: 'int' }, long(1e9), /1000000000 bytes or more should follow/],
  ['a list of a billion nothings', { type: 'array', items: 'null' }, long(1e9), /1000000000 bytes or more/],
  ['a text of a terabyte', 'string', long(1e12), /1000000000000 bytes or more should follow/],
  ['a text of less than nothing', 'string', long(-4), /-4 bytes or more should follow/],
  ['a number of more than 64 bits', 'long', Buffer.alloc(11, 0xff), /more than 64 bits/],
  ['a boolean that is neither', 'boolean', Buffer.of(2), /a boolean is 2/],
  ['a choice that there is not', ['null', 'int'], long(2), /2 is none of 2 choices/],
  ['what JSON has no number for', 'double', Buffer.from('000000000000f07f', 'hex'), /JSON has no Infinity/],
  ['a text that is none', 'string', Buffer.of(2, 0xff), /not UTF-8/],
  [
    'a list in a list in a list',
    { type: 'record', name: 'N', fields: [{ name: 'n', type: { type: 'array', items: 'N' } }] },
    Buffer.alloc(1_000_000, 2),
    /nested deeper than 64 levels/,
  ],
  [
    'lists between records',
    { type: 'record', name: 'L', fields: [{ name: 'l', type: lists(200, 'L') }] },
    Buffer.alloc(1_000_000, 2),
    /the value is nested too deep/,
  ],
  [
    'little that becomes much',
    {
      type: 'array',
      items: {
        type: 'record',
        name: 'R',
        fields: [{ name: 'f', type: 'int' }, ...named(1_000).map((name) => ({ name, type: 'null' }))],
      },
    },
    Buffer.concat([long(500_000), Buffer.alloc(500_001)]),
    /more than 16777216 characters/,
  ],
])('%s', (_, schema, bytes, reason) => {
  test('is refused in no time', { timeout: 1_000 }, () => {
    expect(() => avroReader(schema)(bytes)).toThrow(reason);
  });
});

describe.each<[string, object | string, string, string]>([
  ['a number of which a double has not all digits', 'long', 'ffffffffffffffffff01', '-9223372036854775808'],
  ['a moment', { type: 'long', logicalType: 'timestamp-millis' }, '01', '"1969-12-31T23:59:59.999Z"'],
  ['a finer moment', { type: 'long', logicalType: 'timestamp-micros' }, '01', '"1969-12-31T23:59:59.999999Z"'],
  ['a moment without zone', { type: 'long', logicalType: 'local-timestamp-millis' }, '02', '"1970-01-01T00:00:00.001"'],
  ['a day', { type: 'int', logicalType: 'date' }, '01', '"1969-12-31"'],
  ['a decimal', { type: 'bytes', logicalType: 'decimal', precision: 4, scale: 2 }, '02fb', '-0.05'],
  ['a whole one', { type: 'fixed', name: 'F', size: 2, logicalType: 'decimal', precision: 4 }, '0100', '256'],
  [
    'a UUID',
    { type: 'fixed', name: 'U', size: 16, logicalType: 'uuid' },
    '00112233445566778899aabbccddeeff',
    '"00112233-4455-6677-8899-aabbccddeeff"',
  ],
  ['bytes', 'bytes', '0400ff', '"\\u0000ÿ"'],
  ['what is marked as something unknown', { type: 'int', logicalType: 'colour' }, '02', '1'],
  ['a list in blocks whose size is told', { type: 'array', items: 'int' }, '03040204020600', '[1,2,3]'],
])('%s', (_, schema, bytes, json) => {
  test('is written as JSON', () => expect(avroReader(schema)(Buffer.from(bytes, 'hex'))).toBe(json));
});

test('a schema that is none is refused with the reason', () => {
  expect(() => avroReader('Unheard')).toThrow('the schema names a type Unheard that it does not define');
  expect(() => avroReader({ type: 'record', name: 'R' })).toThrow('the schema has no list of fields');
  expect(() => avroReader(JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`))).toThrow('nested too deep');
  for (const schema of [null, 5, {}, { type: null }])
    expect(() => avroReader(schema)).toThrow('the schema has no type');
});

test('a schema may use the names of others', () => {
  const inner = { type: 'enum', name: 'a.Suit', symbols: ['CLUBS'] };
  const reader = avroReader({ type: 'array', items: 'a.Suit' }, [inner]);
  expect(reader(Buffer.of(2, 0, 0))).toBe('["CLUBS"]');
});

function lists(depth: number, of: unknown): object {
  return { type: 'array', items: depth === 1 ? of : lists(depth - 1, of) };
}

function named(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `field${at}`);
}

/** As JSON has it, which knows no -0. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
