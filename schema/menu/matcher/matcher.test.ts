import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Match, Matcher } from './matcher.ts';
import { kindOf, scoreOf, termOf } from './rule.ts';
import { Words } from './words.ts';

function find(term: string, name: string): string | undefined {
  const matcher = new Matcher();
  matcher.add('1', term);
  const [match] = matcher.match(name);
  return match && `${match.kind} ${match.found}`;
}

describe('one term in one name', () => {
  test.each([
    ['Bombay', 'BOMBAY Sapphire', 'EXACT BOMBAY'],
    ['Tullamore D.E.W.', 'Tullamore D.E.W. 12', 'EXACT Tullamore D.E.W'],
    ['Jack Daniel', "Jack Daniel's Honey", 'EXACT Jack Daniel'],
    ['ŻUBRÓWKA', 'z\u0307ubro\u0301wka', 'EXACT z\u0307ubro\u0301wka'],
    ['Żubrówka', 'Zubrowka Vodka', 'FOLDED Zubrowka'],
    ['Moët & Chandon', 'Moet & Chandon Brut', 'FOLDED Moet & Chandon'],
    ['Coca-Cola', 'Coca Cola', 'FOLDED Coca Cola'],
    ['Beck`s', 'Beck’s Blue', 'FOLDED Beck’s'],
    ['Gordons', "GORDON'S Gin", "FOLDED GORDON'S"],
    ['Kildevæld', 'Kildevaeld', 'FOLDED Kildevaeld'],
    ['Rosé', 'Rose\u0301', 'EXACT Rose\u0301'],
    ['Cîroc', 'C\u00adI\u0302ROC®', 'FOLDED C\u00adI\u0302ROC'],
    ['Yellow Tail', 'Yellowtail Shiraz', 'FUZZY Yellowtail'],
    ['Yellowtail', 'Yellow Tail Shiraz', 'FUZZY Yellow Tail'],
    ['7 Up', '7Up Free', 'FUZZY 7Up'],
    ['J&B', 'J & B Rare', 'FUZZY J & B'],
    ['Tullamore D.E.W.', 'Tullamore Dew', 'FUZZY Tullamore Dew'],
    ['Johnnie Walker', 'Large Johnny Walker Red', 'FUZZY Johnny Walker'],
    ['Балтика', 'БАЛТИКА №7', 'EXACT БАЛТИКА'],
    ['Балтика', 'Балтыка 7', 'FUZZY Балтыка'],
    ['עלית', 'קפה עֲלִית', 'FOLDED עֲלִית'],
    ['𝐁𝐨𝐥𝐬', '🍸 Bols 🍸', 'EXACT Bols'],
  ])('%s is in %s', (term, name, found) => {
    expect(find(term, name)).toBe(found);
  });

  test.each([
    ['TILL', 'Castillo de Clavijo'],
    ['Battery', 'Bitter'],
    ['Boulard', 'Boulevard'],
    ['Duval', 'Vin du val de Loire'],
    ['Duvel', 'Duval'],
    ['Red Bull', 'Red bell pepper'],
    ['Honest', 'Honesty salad'],
    ['Batch X', 'Batch'],
    ['Monkey 47', 'Monkey 48'],
    ['Kronenbourg 1664', 'Kronenbourg 1665'],
    ['& ®', '& ®'],
    ['', 'a'],
  ])('%s is not in %s', (term, name) => {
    expect(find(term, name)).toBeUndefined();
  });
});

test('the best place of each term is told, in the order of the text, with offsets that count code units', () => {
  const matcher = new Matcher();
  matcher.add('1', 'Ciroc');
  matcher.add('2', 'Aperol');
  const text = '🍹 CI\u0302ROC® Sour with Aperoll and CIROC';
  const matches = matcher.match(text);
  expect(matches.map(({ term, kind, found }) => [term, kind, found])).toEqual([
    ['2', 'FUZZY', 'Aperoll'],
    ['1', 'EXACT', 'CIROC'],
  ]);
  for (const { found, start, end } of matches) expect(text.slice(start, end)).toBe(found);
});

test('terms with one text are both found; a term is found by its last text, and no more when it is gone', () => {
  const matcher = new Matcher();
  matcher.add('1', 'Archers');
  matcher.add('2', 'Archers');
  const found = () => matcher.match('Archers & Absolut').map(({ term }) => term);
  expect(found()).toEqual(['1', '2']);
  matcher.add('1', 'Absolut');
  expect(found()).toEqual(['2', '1']);
  expect(matcher.delete('2')).toBe(true);
  expect(matcher.delete('2')).toBe(false);
  expect(found()).toEqual(['1']);
  expect(matcher.size).toBe(1);
});

test('a term of too many letters is refused, and the one that it was to replace stays', () => {
  const matcher = new Matcher();
  matcher.add('1', 'Archers');
  expect(() => matcher.add('1', 'x'.repeat(257))).toThrow('Term 1 has 257 letters');
  expect(matcher.match('Archers')).toHaveLength(1);
});

/** Every term at every window. */
function bruteForce(terms: Map<string, string>, name: string): Match[] {
  const words = new Words().read(name);
  const matches: Match[] = [];
  for (const [id, text] of terms) {
    const term = termOf(id, text);
    let best: Match | undefined;
    for (let first = 0; first < words.count; first++)
      for (let end = first + 1; end <= words.count; end++) {
        const score = scoreOf(term, name, words, first, end);
        const [start, stop] = [words.from[first]!, words.to[end - 1]!];
        if (score > (best?.score ?? 0))
          best = { term: id, kind: kindOf(score), score, found: name.slice(start, stop), start, end: stop };
      }
    if (best) matches.push(best);
  }
  return matches.sort((a, b) => a.start - b.start || a.end - b.end || (a.term < b.term ? -1 : 1));
}

test('the index finds what a comparison of every term with all words finds, while terms come and go', () => {
  // Few letters, so that nearly all is alike; some are plain only when folded, and some words are ordinary.
  const letter = fc.constantFrom('a', 'a', 'b', 'b', 'b', 'x', 'É', 'ß', '1', '-', ' ', "'", '.', '𝐛');
  const word = fc.oneof(fc.string({ unit: letter, maxLength: 16 }), fc.constantFrom('grill', 'rum', 'old', 'baba'));
  const text = fc.array(word, { maxLength: 5 }).map((words) => words.join(' '));
  const spoiled = fc.tuple(fc.nat(), fc.nat(), letter, fc.nat(3));
  const change = fc.record({ id: fc.constantFrom('1', '2', '3', '4', '5'), text: fc.option(text) });
  let [matched, fuzzy] = [0, 0];
  fc.assert(
    fc.property(
      fc.array(change, { minLength: 4, maxLength: 14 }),
      fc.array(spoiled, { maxLength: 3 }),
      text,
      (changes, spoils, rest) => {
        const matcher = new Matcher();
        const terms = new Map<string, string>();
        for (const { id, text } of changes) {
          if (text === null) {
            terms.delete(id);
            matcher.delete(id);
          } else {
            terms.set(id, text);
            matcher.add(id, text);
          }
          let name = `${rest} ${changes[0]!.text ?? ''} old ${text ?? ''} ${rest}`;
          for (const [place, _, put, out] of spoils) {
            const at = place % name.length;
            name = name.slice(0, at) + put + name.slice(at + out);
          }
          const found = matcher.match(name);
          matched += found.length;
          fuzzy += found.filter(({ kind }) => kind === 'FUZZY').length;
          expect(found).toEqual(bruteForce(terms, name));
        }
      },
    ),
    { numRuns: 600 },
  );
  expect(matched).toBeGreaterThan(1_000);
  expect(fuzzy).toBeGreaterThan(200);
});

describe('hostile text', () => {
  const million = 2 ** 20;
  const fill = (piece: string) => piece.repeat(Math.ceil(million / piece.length));
  test.each([
    ['one letter', fill('a')],
    ['words of one letter', fill('a ')],
    ['words alike to a term', fill('aaaaaa ')],
    ['the beginnings of a term', fill('Absolu ')],
    ['combining marks', `a${fill('\u0301')}`],
    ['halves of surrogate pairs', fill('\ud83c\udf78\ud83c ')],
    ['nothing to be seen', fill('\u200b\u202e\u00ad')],
    ['right to left', fill('قهوة עֲלִית ')],
    ['the longest ligature', fill('\ufdfa')],
    ['rare words', fill('Xyzzy Plugh Qwert ')],
  ])(
    'a megabyte of %s takes time in proportion, and what stands behind is found',
    (_, text) => {
      const matcher = new Matcher();
      for (const term of ['aaaaaaaaaaaa', 'a a a a a a a a a a', 'a'.repeat(256), 'Absolut', 'Absolut Absolut'])
        matcher.add(term, term);
      const name = `${text} Bombay`;
      matcher.add('Bombay', 'Bombay');
      const cpu = (name: string) => {
        const before = process.cpuUsage();
        const found = matcher.match(name);
        const { user, system } = process.cpuUsage(before);
        return { found, time: (user + system) / 1_000 };
      };
      const small = cpu(name.slice(0, million / 16)).time;
      const { found, time } = cpu(name);
      expect(found.find(({ term }) => term === 'Bombay')).toMatchObject({ kind: 'EXACT', start: name.length - 6 });
      expect(time).toBeLessThan(16 * 3 * Math.max(small, 20));
    },
    60_000,
  );

  test('many terms of the same letters as a long window cost hardly more than one of them', () => {
    const matcher = new Matcher();
    for (let term = 0; term < 500; term++) matcher.add(`${term}`, 'A B');
    const text = `a${'!'.repeat(500)}b `.repeat(200);
    const started = performance.now();
    expect(matcher.match(text).length).toBe(500);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test('words that are far apart are not one name, so a match never holds a whole text', () => {
    expect(find('A B', `a${'!'.repeat(510)}b`)).toMatch(/^FUZZY a!+b$/);
    expect(find('A B', `a${'!'.repeat(511)}b`)).toBe(undefined);
  });
});
