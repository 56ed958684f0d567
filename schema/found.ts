import { ContractError } from './contract.ts';

/** A message as it was found in a file, and where. */
export interface Found {
  text: string;
  where: string;
  /** What is known of it by whoever found it: its key, or why it is no message. */
  key?: string;
  broken?: string;
}

/** Header of a message that was found in a file and breaks its contract: where it was, and why. Dead letters say it. */
export const faultHeader = 'fault';

interface FoundMessage {
  key: string | null;
  value: string;
  headers?: Record<string, string>;
}

/**
 * What is sent for something found. What breaks its contract is sent as it is, so that it shows up in dead.letters, where
 * the header tells of its place.
 * @param keyOf the key of a text; throws ContractError where it breaks the contract
 */
export function messageOf(
  { text, where, key, broken }: Found,
  keyOf: (text: string) => string,
): { message: FoundMessage; fault?: string } {
  try {
    if (broken !== undefined) throw new ContractError(broken);
    return { message: { key: key ?? keyOf(text), value: text } };
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    const fault = `${where}: ${error.message}`;
    return { message: { key: null, value: text, headers: { [faultHeader]: fault } }, fault };
  }
}
