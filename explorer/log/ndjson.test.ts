import { expect, it } from 'vitest';
import { line } from './ndjson.ts';

it('is one JSON per event, and nothing for other rows', () => {
  const event = { type: 'event', number: 7, came: 0, cursor: 'c"', text: '{"data":{"n":1}}' } as const;
  expect(line(event)).toMatch(/^[^\n]+\n$/);
  expect(JSON.parse(line(event))).toEqual({
    number: 7,
    time: '1970-01-01T00:00:00.000Z',
    cursor: 'c"',
    result: { data: { n: 1 } },
  });
  expect(JSON.parse(line({ ...event, cursor: undefined })).cursor).toBeNull();
  expect(line({ type: 'ended', number: 8, came: 0, text: 'Stopped.' })).toBe('');
});
