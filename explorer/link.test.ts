import { expect, it } from 'vitest';
import { linkTo, sharedBy } from './link.ts';

const page = 'https://explorer.example:8443/?a=1#query=old';

it.each([
  { query: '{ people(name: "ü & # % + 🏠") { totalCount } }', variables: '{"a": "b=c&d"}' },
  { query: 'query A {\n  a\n}\n', variables: undefined },
])('carries %j there and back', (shared) => {
  const url = new URL(linkTo(shared, page));
  expect(url.href).toMatch(/^https:\/\/explorer\.example:8443\/\?a=1#/);
  expect(sharedBy(url.hash)).toEqual(shared);
});

it('carries no variables that are blank', () =>
  expect(linkTo({ query: 'q', variables: ' \n' }, page)).not.toMatch(/var/));

it.each(['', '#', '#somewhere', '#query=', '#variables=%7B%7D'])('finds no question in %j', (hash) =>
  expect(sharedBy(hash)).toBeUndefined(),
);
