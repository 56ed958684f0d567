import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeName, stationId } from './station.ts';

test('the id of a station is country, state and city', () => {
  expect(stationId({ country: 'USA', state: 'California', city: 'Los Angeles' })).toBe('USA/California/Los Angeles');
});

test('two stations never share an id', () => {
  const name = fc.string({ unit: fc.constantFrom('a', '/', '%', '2', 'F', '5') });
  const place = fc.record({ country: name, state: name, city: name });
  fc.assert(
    fc.property(place, place, (one, other) => {
      const isSame = one.country === other.country && one.state === other.state && one.city === other.city;
      expect(stationId(one) === stationId(other)).toBe(isSame);
      expect(stationId(one).split('/')).toHaveLength(3);
    }),
    { numRuns: 2_000 },
  );
});

test('names that look the same are the same', () => {
  expect(placeName('  São\n Paulo\u0000 ')).toBe('São Paulo');
  expect(placeName('Sa\u0303o Paulo')).toBe('São Paulo');
  expect(placeName('a\ud800')).toBe('a\ufffd');
  expect(placeName(' \u0000 ')).toBe('');
});
