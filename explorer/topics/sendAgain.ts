import { ask, send } from '../client.ts';
import { counted } from '../ui/numbers.ts';
import { type Mended, redrivesOf } from './redrives.ts';

export interface DeadLetter {
  id: string;
  topic: string;
  partition: number;
  offset: string;
  /** What is wrong, in words. */
  reason: string;
  key: string | null;
  headers: Record<string, string> | null;
  value: string;
  at: string;
  /** When it was sent again. */
  redriven: string | null;
}

/** What became of a letter that was sent again. */
export interface Outcome {
  /** What the receipt says. */
  text?: string;
  error?: Error;
}

const redrive = `mutation SendAgain($ids: [ID!]!, $values: [String!]) {
  redriveDeadLetters(ids: $ids, values: $values) { accepted position } }`;
const sent = 'query SentAgain($id: ID!) { deadLetter(id: $id) { redriven } }';

/** Sends letters again, and waits until the gateway knows them as sent. @returns what became of each, by id */
export async function sendAgain(letters: Mended[]): Promise<Record<string, Outcome>> {
  const outcomes: Record<string, Outcome> = {};
  for (const { topic, ids, values } of redrivesOf(letters)) {
    const outcome = await request(topic, ids, values);
    for (const id of ids) outcomes[id] = outcome;
  }
  return outcomes;
}

async function request(topic: string, ids: string[], values: string[] | undefined): Promise<Outcome> {
  try {
    const { redriveDeadLetters: receipt } = await ask<{ redriveDeadLetters: { accepted: number; position: string } }>(
      redrive,
      { ids, values },
    );
    // When it does not come in time, the letter is seen as sent with one of the next answers.
    const headers = { 'read-after': receipt.position };
    await send({ query: sent, variables: { id: ids[0] }, headers }).catch(() => {});
    return { text: `Kafka has taken ${counted(receipt.accepted, 'message')} into ${topic}.` };
  } catch (error) {
    return { error: error as Error };
  }
}
