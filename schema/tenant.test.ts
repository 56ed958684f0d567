import { expect, test } from 'vitest';
import { ContractError } from './contract.ts';
import { tenantHeaders, tenantOf } from './tenant.ts';

test('a message belongs to the tenant that its header names, and to public without one', () => {
  expect(tenantOf(undefined)).toBe('public');
  expect(tenantOf({})).toBe('public');
  expect(tenantOf({ tenant: 'acme-1' })).toBe('acme-1');
  expect(tenantOf({ tenant: Buffer.from('acme-1') })).toBe('acme-1');
  for (const tenant of ['', 'two words', 'x'.repeat(101), Buffer.from([255]), ['a', 'b']])
    expect(() => tenantOf({ tenant })).toThrow(ContractError);
  for (const tenant of ['public', 'acme-1']) expect(tenantOf(tenantHeaders(tenant).headers)).toBe(tenant);
});
