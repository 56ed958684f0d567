import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold } from './fold.ts';

test.each([
  ['Straße', 'STRASSE', 'STRAẞE'],
  ['Όσος', 'ΌΣΟΣ', 'όσοσ'],
  ['İstanbul', 'istanbul', 'ISTANBUL', 'ıstanbul', 'i̇stanbul'],
  ['Ｔｏｋｙｏ', 'TOKYO', 'tokyo'],
  ['Élodie', 'E\u0301lodie', 'e\u0301LODIE', 'ÉLODIE'],
  ['Ἀχαΐα', 'ἈΧΑΪ\u0301Α', 'Ἀχαΐα'.toUpperCase()],
  ['oﬃce', 'OFFICE'],
  ['ŽIŽEK', 'žižek', 'Z\u030Ciz\u030CeK'],
  ['ЁЛКА', 'ёлка', 'е\u0308лка'],
  ['\u212Aelvin', 'kelvin'],
])('%s is the same name in every case and composition', (name, ...spellings) => {
  for (const spelling of spellings) expect(fold(spelling)).toBe(fold(name));
});

test('what differs in more than case stays apart', () => {
  const names = ['Elodie', 'Élodie', 'Müller', 'Muller', 'Mueller', 'Иванов', 'Ivanov', '田中', '中田'];
  expect(new Set(names.map(fold)).size).toBe(names.length);
});

test('a part of a name is found in the whole by its folded form, a base letter not in an accented one', () => {
  expect(fold('Οδυσσεύς')).toContain(fold('ΟΔΥΣ'));
  expect(fold('Οδυσσεύς')).toContain(fold('σεύσ'));
  expect(fold('Weißstraße')).toContain(fold('ssstrasse'));
  expect(fold('José Núñez')).not.toContain(fold('Jose'));
});

test('a change of case or composition never changes the folded form, and folding again neither', () => {
  const hard = [...'aAiIıİsSßẞſσςΣΐΰῖᾳŉǰǅĳﬁﬃＡａÅÅéÉ', 'e\u0301', '\u0301', '\u0307', '\u0308', 'और', '한', '😀'];
  const letter = fc.oneof(
    fc.constantFrom(...hard),
    fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
  );
  fc.assert(
    fc.property(fc.array(letter, { maxLength: 8 }), (letters) => {
      const text = letters.join('');
      const composed = text.normalize('NFC');
      const spellings = [composed.toUpperCase(), composed.toLowerCase(), text.normalize('NFD'), fold(text)];
      for (const spelling of spellings) expect(fold(spelling)).toBe(fold(text));
    }),
    { numRuns: 1_000 },
  );
});
