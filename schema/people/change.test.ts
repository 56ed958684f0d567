import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ContractError } from '../contract.ts';
import { keyOf, type PeopleChange, parsePeopleMessage, toPeopleChange } from './change.ts';

describe('a message', () => {
  test.each<[string, string, PeopleChange]>([
    [
      '{"type":"Person","data":{"person_id":110139,"name":"Sarah R. Johnson"}}',
      '110139',
      { kind: 'PERSON', id: 110139, name: 'Sarah R. Johnson' },
    ],
    [
      '{"type":"Company","data":{"company_id":703504,"company_name":"Lumen Robotics","headcount":1237}}',
      '703504',
      { kind: 'COMPANY', id: 703504, name: 'Lumen Robotics', headcount: 1237 },
    ],
    [
      '{"type":"CompanyAcquisition","data":{"parent_company_id":7,"acquired_company_id":8,"merged_into_parent_company":true}}',
      '7',
      { kind: 'ACQUISITION', acquirer: 7, acquired: 8, merged: true },
    ],
    [
      '{"type":"PersonEmployment","data":{"company_id":703504,"person_id":360027,"employment_title":"Analyst","start_date":"2012-05-01 00:00:00","end_date":"2020-06-01 00:00:00"}}',
      '360027',
      {
        kind: 'EMPLOYMENT',
        person: 360027,
        company: 703504,
        title: 'Analyst',
        start: '2012-05-01',
        end: '2020-06-01',
      },
    ],
  ])('%s is taken, and keyed by %s', (text, key, change) => {
    expect(parsePeopleMessage(text)).toEqual(change);
    expect(keyOf(change)).toBe(key);
  });

  test('without its optional properties says what one with nulls says', () => {
    const bare: [string, object, string[]][] = [
      ['Person', { person_id: 1 }, ['name']],
      ['Company', { company_id: 1 }, ['company_name', 'headcount']],
      ['CompanyAcquisition', { parent_company_id: 1, acquired_company_id: 2 }, ['merged_into_parent_company']],
      ['PersonEmployment', { person_id: 1, company_id: 2 }, ['employment_title', 'start_date', 'end_date']],
    ];
    for (const [type, data, optional] of bare) {
      const nulls = { ...data, ...Object.fromEntries(optional.map((name) => [name, null])) };
      expect(toPeopleChange({ type, data })).toEqual(toPeopleChange({ type, data: nulls }));
      expect(Object.values(toPeopleChange({ type, data }))).not.toContain(undefined);
    }
  });

  test('may begin and end a stint on the same day, and have ids up to the greatest whole number', () => {
    const id = Number.MAX_SAFE_INTEGER;
    const day = '2024-02-29';
    const data = { person_id: id, company_id: 0, start_date: `${day}T23:59:59.999Z`, end_date: day };
    expect(toPeopleChange({ type: 'PersonEmployment', data })).toEqual({
      kind: 'EMPLOYMENT',
      person: id,
      company: 0,
      title: null,
      start: day,
      end: day,
    });
  });
});

describe('a bad message is refused for a reason that names the place:', () => {
  const person = (data: string) => `{"type":"Person","data":${data}}`;
  const stint = (more: string) => `{"type":"PersonEmployment","data":{"person_id":1,"company_id":2,${more}}}`;
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);

  const types = 'Person, Company, CompanyAcquisition, PersonEmployment';
  const noType = `"type" is missing; it must be one of ${types}`;

  test.each<[reason: string, text: string | null]>([
    ['the message has no value; people.events takes no deletions', null],
    ['not JSON: Unexpected end of JSON input', ''],
    ['not JSON: Expected double-quoted property name in JSON at position 17 (line 1 column 18)', '{"type":"Person",}'],
    [noType, 'null'],
    [noType, '[]'],
    [noType, '"Person"'],
    [noType, '{"type":["Person"],"data":{"person_id":1}}'],
    [noType, '{"__proto__":{"type":"Person","data":{"person_id":1}}}'],
    [noType, `{"type":${deep}}`],
    [noType, deep],
    [`unknown type "person"; it must be one of ${types}`, '{"type":"person","data":{}}'],
    [`unknown type "__proto__"; it must be one of ${types}`, '{"type":"__proto__","data":{"person_id":1}}'],
    [`unknown type "constructor"; it must be one of ${types}`, '{"type":"constructor","data":{"person_id":1}}'],
    [`unknown type "toString"; it must be one of ${types}`, '{"type":"toString","data":{"person_id":1}}'],
    [`unknown type "${'x'.repeat(76)}…; it must be one of ${types}`, `{"type":"${'x'.repeat(100_000)}"}`],
    ["the message must have required property 'data'", '{"type":"Person"}'],
    ['data must be object, not null', person('null')],
    ['data must be object, not an array', person('[{"person_id":1}]')],
    ["data must have required property 'person_id'", person('{}')],
    ["data must have required property 'person_id'", person('{"__proto__":{"person_id":1}}')],
    ['data.person_id must be integer, not "1"', person('{"person_id":"1"}')],
    ['data.person_id must be integer, not null', person('{"person_id":null}')],
    ['data.person_id must be integer, not true', person('{"person_id":true}')],
    ['data.person_id must be integer, not 1.5', person('{"person_id":1.5}')],
    ['data.person_id must be >= 0, not -1', person('{"person_id":-1}')],
    ['data.person_id must be <= 9007199254740991, not 9007199254740992', person('{"person_id":9007199254740992}')],
    ['data.person_id must be integer, not an array', person(`{"person_id":${deep}}`)],
    ['data.name must be string, not an array', person('{"person_id":1,"name":["Ada"]}')],
    ['data.name must be string, not an object', person('{"person_id":1,"name":{"first":"Ada"}}')],
    [
      `data.name must NOT have more than 1000 characters, not "${'x'.repeat(76)}…`,
      person(`{"person_id":1,"name":"${'x'.repeat(1001)}"}`),
    ],
    ['data.headcount must be >= 0, not -1', '{"type":"Company","data":{"company_id":1,"headcount":-1}}'],
    [
      'data.headcount must be <= 2147483647, not 2147483648',
      '{"type":"Company","data":{"company_id":1,"headcount":2147483648}}',
    ],
    [
      'data.company_id must be integer, not "1"; data.headcount must be integer, not "many"',
      '{"type":"Company","data":{"company_id":"1","headcount":"many"}}',
    ],
    [
      "data must have required property 'acquired_company_id'",
      '{"type":"CompanyAcquisition","data":{"parent_company_id":1}}',
    ],
    [
      'data.merged_into_parent_company must be boolean, not "yes"',
      '{"type":"CompanyAcquisition","data":{"parent_company_id":1,"acquired_company_id":2,"merged_into_parent_company":"yes"}}',
    ],
    [
      'company 3 cannot acquire itself',
      '{"type":"CompanyAcquisition","data":{"parent_company_id":3,"acquired_company_id":3}}',
    ],
    [
      'data.start_date must be a day such as 2012-05-01 or 2012-05-01 00:00:00, not "1 May 2012"',
      stint('"start_date":"1 May 2012"'),
    ],
    [
      'data.end_date must be a day such as 2012-05-01 or 2012-05-01 00:00:00, not "2012-05-01x"',
      stint('"end_date":"2012-05-01x"'),
    ],
    ['data.start_date must be string, not 1335830400', stint('"start_date":1335830400')],
    ['data.start_date "2012-02-30" is not a day of the calendar', stint('"start_date":"2012-02-30"')],
    ['data.end_date "2023-02-29 00:00:00" is not a day of the calendar', stint('"end_date":"2023-02-29 00:00:00"')],
    [
      'end_date 2012-05-01 is before start_date 2012-05-02',
      stint('"start_date":"2012-05-02","end_date":"2012-05-01 23:59:59"'),
    ],
  ])('%s', (reason, text) => {
    expect(() => parsePeopleMessage(text)).toThrow(new ContractError(reason));
  });

  test('half of a surrogate pair', () => {
    expect(() => parsePeopleMessage('{"type":"Person","data":{"person_id":1,"name":"\\ud83d"}}')).toThrow(
      'data.name holds half of a surrogate pair, which is no character',
    );
  });

  test('not JSON, because of a byte order mark', () => {
    expect(() => parsePeopleMessage(`\uFEFF${person('{"person_id":1}')}`)).toThrow(/^not JSON: /);
  });
});

const id = fc.maxSafeNat();
const words = fc.array(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((word) => !/[\s\uFFFD]/u.test(word)),
  { maxLength: 4 },
);
const space = fc.constantFrom(' ', '  ', '\t', '\n', '\u00A0', '\u2003');
/** A text as it may come, and as it is kept. */
const text = fc.oneof(
  fc.constantFrom<[unknown, null]>([undefined, null], [null, null], ['', null], [' \t ', null]),
  fc.tuple(words, fc.infiniteStream(space), fc.boolean()).map(([parts, spaces, framed]): [string, string | null] => {
    const spaced = parts.map((part) => part + spaces.next().value).join(framed ? ' ' : '');
    return [framed ? ` ${spaced}` : spaced, parts.join(' ') || null];
  }),
);
const midnight = fc.constantFrom('', ' 00:00:00', 'T00:00:00Z', ' 00:00', ' 12:30:00.123456');
const day = fc
  .tuple(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), midnight)
  .map(([date, time]): [string, string] => [date.toISOString().slice(0, 10) + time, date.toISOString().slice(0, 10)]);
const noDay = fc.constantFrom<[unknown, null]>([undefined, null], [null, null]);
const headcount = fc.oneof(fc.nat(2_147_483_647), fc.constantFrom(0, null, undefined));
const merged = fc.constantFrom(true, false, null, undefined);

/** Valid messages, and what they mean. */
const valid: fc.Arbitrary<[object, PeopleChange]> = fc.oneof(
  fc.tuple(id, text).map(([person_id, [given, name]]): [object, PeopleChange] => [
    { type: 'Person', data: { person_id, name: given } },
    { kind: 'PERSON', id: person_id, name },
  ]),
  fc.tuple(id, text, headcount).map(([company_id, [given, name], count]): [object, PeopleChange] => [
    { type: 'Company', data: { company_id, company_name: given, headcount: count } },
    { kind: 'COMPANY', id: company_id, name, headcount: count ?? null },
  ]),
  fc
    .tuple(fc.uniqueArray(id, { minLength: 2, maxLength: 2 }), merged)
    .map(([[acquirer, acquired], merging]): [object, PeopleChange] => [
      {
        type: 'CompanyAcquisition',
        data: { parent_company_id: acquirer, acquired_company_id: acquired, merged_into_parent_company: merging },
      },
      { kind: 'ACQUISITION', acquirer: acquirer!, acquired: acquired!, merged: merging === true },
    ]),
  fc
    .tuple(id, id, text, fc.oneof(day, noDay), fc.oneof(day, noDay))
    .map(([person, company, [title, kept], one, other]): [object, PeopleChange] => {
      const isInOrder = one[1] === null || other[1] === null || one[1] <= other[1];
      const [start, end] = isInOrder ? [one, other] : [other, one];
      return [
        {
          type: 'PersonEmployment',
          data: {
            company_id: company,
            person_id: person,
            employment_title: title,
            start_date: start[0],
            end_date: end[0],
          },
        },
        { kind: 'EMPLOYMENT', person, company, title: kept, start: start[1], end: end[1] },
      ];
    }),
);

test('every valid message is taken in its normal form, whatever else it holds and in whatever order', () => {
  const junk = fc.dictionary(
    fc.string().map((name) => `x_${name}`),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(valid, junk, fc.boolean(), ([message, change], more, last) => {
      const { type, data } = message as { type: string; data: object };
      const full = last ? { ...more, data: { ...more, ...data }, type } : { type, data: { ...data, ...more }, ...more };
      expect(parsePeopleMessage(JSON.stringify(full))).toEqual(change);
    }),
    { numRuns: 500 },
  );
});

test('any text and any JSON value is either a change or a ContractError with a reason', () => {
  const types = fc.constantFrom('Person', 'Company', 'CompanyAcquisition', 'PersonEmployment', '__proto__', 'valueOf');
  const properties = fc.constantFrom(
    'person_id',
    'company_id',
    'name',
    'headcount',
    'start_date',
    'end_date',
    '__proto__',
  );
  const value = fc.oneof(
    fc.jsonValue(),
    id,
    fc.string(),
    day.map(([written]) => written),
  );
  const spoiled = fc.tuple(valid, properties, value).map(([[message], name, junk]) => {
    const { type, data } = message as { type: string; data: object };
    return JSON.stringify({ type, data: Object.fromEntries([...Object.entries(data), [name, junk]]) });
  });
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.record({ type: types, data: fc.oneof(fc.dictionary(properties, value), value) }).map((x) => JSON.stringify(x)),
    spoiled,
    fc.tuple(spoiled, fc.nat()).map(([whole, at]) => whole.slice(0, at % whole.length)),
  );
  const kinds = ['PERSON', 'COMPANY', 'ACQUISITION', 'EMPLOYMENT'];
  fc.assert(
    fc.property(texts, (given) => {
      try {
        const change = parsePeopleMessage(given);
        expect(kinds).toContain(change.kind);
        expect(keyOf(change)).toMatch(/^\d+$/);
      } catch (error) {
        expect(error).toBeInstanceOf(ContractError);
        expect((error as Error).message).not.toBe('');
        expect((error as Error).message.length).toBeLessThan(1_000);
      }
    }),
    { numRuns: 2_000 },
  );
});
