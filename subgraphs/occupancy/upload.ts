import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type { Message } from 'kafkajs';
import type { Caller } from '../../platform/caller.ts';
import { TributaryError } from '../../platform/errors.ts';
import { isTooLong, longestText, type Publisher } from '../../platform/publish.ts';
import { parseJson, unlessBroken } from '../../schema/contract.ts';
import { toReading } from '../../schema/occupancy/reading.ts';
import { requireScope } from '../guard.ts';
import { published, type Receipt } from '../receipt.ts';
import type { Streams } from '../streams/stream.ts';

/** Lines that are looked at before others have their turn: a few milliseconds' worth. */
const linesATurn = 1_000;

/**
 * Readings in the form of the topic, one a line, as a sensor sends them that was offline. A line that is none is taken
 * as well, and goes to dead.letters, so that one broken line does not hold back a backlog. One that Kafka does not take
 * holds back everything, before any of it is published: nobody would know which lines were taken.
 */
export function readingsUpload(publisher: Publisher, streams: Streams) {
  return async (lines: string[], caller: Caller): Promise<Receipt> => {
    requireScope(caller, 'occupancy:write', 'POST /occupancy/readings');
    const now = Date.now();
    const messages: Message[] = [];
    for (const [at, line] of lines.entries()) {
      if (at % linesATurn === 0) await turnOfOthers();
      const value = line.trim();
      if (value === '') continue;
      if (isTooLong(value)) throw tooLong(at + 1);
      messages.push({ key: unlessBroken(() => toReading(parseJson(value), now).dpu) ?? null, value });
    }
    if (messages.length === 0)
      throw new TributaryError('BAD_USER_INPUT', 'The body holds no reading; send one a line.');
    return published({ publisher, streams }, 'occupancy.readings', messages, caller.tenant);
  };
}

function tooLong(line: number): TributaryError {
  return new TributaryError(
    'BAD_USER_INPUT',
    `Line ${line} is longer than the ${longestText} bytes that Kafka takes. No line was taken: leave this one out, and send the others again.`,
  );
}
