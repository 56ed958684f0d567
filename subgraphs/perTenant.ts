import type { Context } from './context.ts';

/** What is there for whoever asks: one for each tenant, so that nothing that is gathered or kept mixes them. */
export type PerTenant<T> = (context: Pick<Context, 'caller'>) => T;

/** @param most so many are kept; of more tenants, that of who has come first is made anew when it is asked for again */
export function perTenant<T>(make: (tenant: string) => T, most = 1_000): PerTenant<T> {
  const made = new Map<string, T>();
  return ({ caller: { tenant } }) => {
    const known = made.get(tenant);
    if (known !== undefined) return known;
    if (made.size >= most) made.delete(made.keys().next().value!);
    const one = make(tenant);
    made.set(tenant, one);
    return one;
  };
}
