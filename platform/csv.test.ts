import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyRecordOf, type Row, recordOf, rows } from './csv.ts';
import { idle, numberedLines } from './lines.ts';

const never = new AbortController().signal;

async function read(text: string | Buffer[], needed: string[] = []): Promise<Row[]> {
  const lines = numberedLines(Readable.from(typeof text === 'string' ? [Buffer.from(text)] : text), never);
  const found: Row[] = [];
  for await (const row of rows(lines, 'f', needed)) if (row !== idle) found.push(row);
  return found;
}

const row = (line: number, a: string, b: string): Row => ({ where: `f:${line}`, values: { a, b } });
const broken = (line: number, text: string, reason: string): Row => ({ where: `f:${line}`, text, broken: reason });

const closing = 'a value goes on after its closing quote; a quote within quotes is written twice';
const opening = 'a quote stands within a value that does not begin with one';
const open = 'a quote is opened and never closed';

test.each<[what: string, text: string, found: Row[]]>([
  ['bare and quoted values', 'a,b\n1,"2"\n"3",4', [row(2, '1', '2'), row(3, '3', '4')]],
  [
    'lines of Windows, with a mark before them',
    '\uFEFF"a","b"\r\n"1",2\r\n3,"4"\r\n',
    [row(2, '1', '2'), row(3, '3', '4')],
  ],
  ['names in any order and case', ' B , "A"\n1,2', [{ where: 'f:2', values: { b: '1', a: '2' } }]],
  ['white space, which counts within quotes', 'a,b\n\t1 , " 2 "', [row(2, '1', ' 2 ')]],
  ['lines without anything', '\n \r\na,b\n\n1,2\n , \n""," "\n\n', [row(5, '1', '2'), row(7, '', ' ')]],
  [
    'commas, quotes and line ends within quotes',
    'a,b\n"1,""x""\r\n\r\n  y",2\n3,4',
    [row(2, '1,"x"\r\n\r\n  y', '2'), row(5, '3', '4')],
  ],
  ['columns without a name', 'a,b,,\n1,2,3,', [row(2, '1', '2')]],
  [
    'too few and too many values',
    'a,b\n1\n2,3\n4,5,6',
    [broken(2, '1', '1 value for 2 columns'), row(3, '2', '3'), broken(4, '4,5,6', '3 values for 2 columns')],
  ],
  ['a quote within a bare value', 'a,b\n5" x,1\n2,3', [broken(2, '5" x,1', opening), row(3, '2', '3')]],
  ['a value that goes on after its quote', 'a,b\n"5" x,1\n2,3', [broken(2, '"5" x,1', closing), row(3, '2', '3')]],
  [
    'an open quote among quoted values',
    'a,b\n"1,"2"\n"3","4"\n5,"6\n"7","8"',
    [broken(2, '"1,"2"', closing), row(3, '3', '4'), broken(4, '5,"6', closing), row(5, '7', '8')],
  ],
  [
    'an open quote among bare values',
    'a,b\n1,"2\n3,4\n5\n6,7',
    [broken(2, '1,"2', open), row(3, '3', '4'), broken(4, '5', '1 value for 2 columns'), row(5, '6', '7')],
  ],
  ['an open quote in the last line', 'a,b\n1,2\n3,"4', [row(2, '1', '2'), broken(3, '3,"4', open)]],
  [
    'two quotes that would hold rows between them',
    'a,b\n1,"2\n3,4\n5,6"\n7,8',
    [row(2, '1', '2\n3,4\n5,6'), row(5, '7', '8')],
  ],
  ['nothing', '', []],
  ['a header alone', 'a,b', []],
])('%s', async (_, text, found) => {
  expect(await read(text)).toEqual(found);
});

test('a row that is no UTF-8 is broken by itself', async () => {
  const found = await read([Buffer.from('a,b\nCaf'), Buffer.from([0xe9]), Buffer.from(',1\nCafé,2')]);
  expect(found).toEqual([broken(2, 'Caf\uFFFD,1', 'it holds bytes that are no UTF-8'), row(3, 'Café', '2')]);
});

test('an open quote is given up after 64 KiB, so that it holds up neither memory nor rows', async () => {
  const after = Array.from({ length: 20_000 }, (_, at) => `${at},x`);
  const input = new PassThrough();
  const reading = rows(numberedLines(input, never), 'f', []);
  input.write(`a,b\n1,"2\n${after.join('\n')}\n`); // and does not end
  const found: Row[] = [];
  while (found.length < after.length + 1) {
    const { value } = await reading.next();
    if (value !== idle) found.push(value!);
  }
  expect(found).toEqual([broken(2, '1,"2', open), ...after.map((_, at) => row(3 + at, String(at), 'x'))]);
});

test.each([
  ['a quote that stays open over many lines with quotes', `1,"x\n${'""\n'.repeat(20_000)}`],
  ['a quote that is closed and opened over and over', `1,"x\n${'","\n'.repeat(15_000)}`],
  ['much white space before a quote', `1,${' '.repeat(500_000)}"x`],
  ['much white space before a wrong quote', `${'\t'.repeat(500_000)}a"`],
])('%s takes no longer than other text of that length', async (_, text) => {
  const started = performance.now();
  expect((await read(`a,b\n${text}`)).length).toBeGreaterThan(0);
  expect(performance.now() - started).toBeLessThan(2_500);
});

test('a row is there as soon as its line has ended', async () => {
  const input = new PassThrough();
  const reading = rows(numberedLines(input, never), 'f', []);
  const pieces = ['a,b\n', '1,"2', '"\n', '"3', '\n4",5\n'];
  const found = [];
  for (const piece of pieces) {
    input.write(piece);
    for (let value: Row | typeof idle | void = undefined; value !== idle; found.push(value))
      ({ value } = await reading.next());
  }
  expect(found).toEqual([idle, idle, row(2, '1', '2'), idle, idle, row(3, '3\n4', '5'), idle]);
});

test('says before the first row which columns are missing, and which are there twice', async () => {
  await expect(read('\n a;b \n1;2', ['a', 'b'])).rejects.toThrow(
    'f:2 does not name the columns a, b. A CSV begins with the names of its columns, separated by commas; JSON lines begin with {.',
  );
  await expect(read('b,"c\n1,2', ['c'])).rejects.toThrow('f:1 does not name the column c.');
  await expect(read('a,b,A\n1,2,3', ['a'])).rejects.toThrow('f:1 names the column a twice. Rename or remove one.');
});

test('whatever values there are come out as they were written, wherever the bytes are cut', async () => {
  const value = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', '東', '😀') });
  const cuts = fc.infiniteStream(fc.integer({ min: 1, max: 7 }));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(value, value), { maxLength: 20 }), cuts, async (values, cuts) => {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
      const text = Buffer.from(['a,b', ...values.map(([a, b]) => `${quoted(a)},${quoted(b)}`)].join('\r\n'));
      const pieces = [];
      for (let at = 0, end = 0; at < text.length; at = end) {
        end = at + cuts.next().value!;
        pieces.push(text.subarray(at, end));
      }
      const found = (await read(pieces)).map((row) => 'values' in row && [row.values.a, row.values.b]);
      expect(found).toEqual(values.filter(([a, b]) => a !== '' || b !== ''));
    }),
    { numRuns: 300 },
  );
});

test('a record is read as csv-parse reads it, which the faster way is measured by', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'é', '"', '""', ',', ' ', '\t', '\r', '\f', '\v', '\u00a0', '\ufeff'),
    minLength: 1,
  });
  fc.assert(
    fc.property(text, (text) => {
      fc.pre(text.trim() !== ''); // blank lines hold no record
      expect(recordOf(text)).toEqual(anyRecordOf(text));
    }),
    { numRuns: 20_000, examples: [['" a ",b'], ['a, ""'], ['a,"b"" ,c'], ['\v"a"']] },
  );
});
