import { expect, test } from 'vitest';
import { foreignRequest } from './origin.ts';

const local = '127.0.0.1:4000';
const machine = { trustNetwork: false, origins: [] };
const network = { trustNetwork: true, origins: [] };

test.each([
  { host: local },
  { host: local, origin: 'http://127.0.0.1:4000' },
  { host: 'localhost:4000', origin: 'http://localhost:4000' },
  { host: '[::1]:4000', origin: 'http://[::1]:4000' },
])('a program or a page of the gateway itself is served: %o', (headers) => {
  expect(foreignRequest({ headers }, machine)).toBeUndefined();
});

test.each([
  { host: local, origin: 'http://evil.example' },
  { host: local, origin: 'http://127.0.0.1:8080' },
  { host: local, origin: 'null' },
  { host: local, origin: 'http://127.0.0.1:4000.evil.example' },
])('a page of another origin is refused: %o', (headers) => {
  expect(foreignRequest({ headers }, network)).toBe(`Pages of ${headers.origin} may not use this server.`);
});

test.each([{ host: 'evil.example:4000', origin: 'http://evil.example:4000' }, { host: '10.0.0.1:4000' }, {}])(
  'another name of this machine is refused unless the network is trusted: %o',
  (headers) => {
    expect(foreignRequest({ headers }, machine)).toContain('serves only this machine');
  },
);

test('on a trusted network any name will do, but not another origin', () => {
  const headers = { host: 'graph.example', origin: 'https://graph.example' };
  expect(foreignRequest({ headers }, network)).toBeUndefined();
  expect(foreignRequest({ headers: { ...headers, origin: 'https://other.example' } }, network)).toBeDefined();
});
