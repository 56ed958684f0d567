import { TributaryError } from '../platform/errors.ts';
import { ContractError } from '../schema/contract.ts';

/** The error about an argument, or about what it asks for. */
export function refused(why: string): TributaryError {
  return new TributaryError('BAD_USER_INPUT', why);
}

/**
 * What a message says that is made of arguments.
 * @param told what breaks its contract, in the names of the arguments, which may differ from those of the message
 * @throws TributaryError BAD_USER_INPUT
 */
export function checked<T>(parse: () => T, told: (reason: string) => string): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ContractError) throw refused(`${told(error.message)}.`);
    throw error;
  }
}
