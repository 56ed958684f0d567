import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ContractError } from '../contract.ts';
import { adapterOf } from './adapters.ts';
import { endpointOf } from './feed.ts';
import { adapterPattern } from './messages.ts';

test('every file of adapters/ has an adapter that feeds can name', async () => {
  const files = (await readdir(new URL('adapters', import.meta.url))).filter((name) => /^[^.]+\.ts$/.test(name));
  const names = files.map((name) => name.slice(0, -3));
  expect(names).not.toHaveLength(0);
  for (const name of names) {
    const [adapter] = Object.values(await import(`./adapters/${name}.ts`)) as { name: string; endpoint: string }[];
    expect(adapterOf(adapter!.name)).toBe(adapter);
    expect(adapter!.name).toMatch(new RegExp(adapterPattern));
    expect(endpointOf(adapter!.endpoint)).toBe(adapter!.endpoint);
  }
});

test('an adapter that is none is refused with those that are', () => {
  const refused = () => adapterOf('toString');
  expect(refused).toThrow(new ContractError('there is no adapter toString; there are IQAIR_DAILY, OPEN_METEO'));
});
