import { expect, test } from 'vitest';
import { toItemChange } from '../../schema/menu/item.ts';
import { toTermChange } from '../../schema/menu/term.ts';
import { peopleDemo } from '../people/demo.ts';
import { menuDemo } from './demo.ts';
import { KnownTerms } from './knownTerms.ts';

test('the menus are the same every time, keep their contracts, and have terms of every kind, some the names of companies', () => {
  const { terms, items } = menuDemo();
  expect(menuDemo()).toEqual({ terms, items });
  const known = new KnownTerms();
  for (const [offset, term] of terms.entries()) known.take('public', toTermChange(term), offset);
  const saved = items.map((item) => toItemChange(item).saved!);
  const found = saved.flatMap((item) => known.find('public', item));
  for (const kind of ['EXACT', 'FOLDED', 'FUZZY'])
    expect(found.filter((finding) => finding.kind === kind).length).toBeGreaterThan(10);
  expect(new Set(found.map(({ part }) => part))).toEqual(new Set(['NAME', 'DESCRIPTION']));
  expect(saved.filter((item) => known.find('public', item).length === 0).length).toBeGreaterThan(50);
  const companies = new Set(peopleDemo().flatMap(({ data }) => ('company_name' in data ? [data.company_name] : [])));
  const texts = terms.flatMap(({ data }) => ('text' in data ? [data.text] : []));
  expect(texts.filter((text) => companies.has(text)).length).toBeGreaterThan(2);
});
