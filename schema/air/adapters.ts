import { ContractError } from '../contract.ts';
import type { Adapter } from './adapter.ts';
import { iqair } from './adapters/iqair.ts';
import { openMeteo } from './adapters/openMeteo.ts';

/** Every adapter there is: a new one is a file in adapters/, and its name here. */
const adapters: readonly Adapter[] = [iqair, openMeteo];

/** @throws ContractError when there is none of that name */
export function adapterOf(name: string): Adapter {
  const found = adapters.find((adapter) => adapter.name === name);
  if (found) return found;
  throw new ContractError(`there is no adapter ${name}; there are ${adapters.map((each) => each.name).join(', ')}`);
}
