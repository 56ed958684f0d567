import { ContractError } from './contract.ts';

/** Header that names the tenant to whom a message belongs. */
export const tenantHeader = 'tenant';

/** Whose a message is that names nobody. */
export const publicTenant = 'public';

type HeaderValue = Buffer | string | (Buffer | string)[] | undefined;

/** Whether it can be the name of a tenant. */
export function isTenant(name: string): boolean {
  return /^[A-Za-z0-9._-]{1,100}$/.test(name);
}

/** What a message of a tenant is sent with. */
export function tenantHeaders(tenant: string): { headers?: Record<string, string> } {
  return tenant === publicTenant ? {} : { headers: { [tenantHeader]: tenant } };
}

/** The tenant of a message. @throws ContractError when its header is no name */
export function tenantOf(headers: Record<string, HeaderValue> | undefined): string {
  const value = headers?.[tenantHeader];
  const tenant = value === undefined ? publicTenant : String(value);
  if (isTenant(tenant)) return tenant;
  throw new ContractError('the header tenant must be 1 to 100 letters, digits, dots, dashes or underscores');
}
