import { TributaryError } from '../../platform/errors.ts';
import type { Publisher } from '../../platform/publish.ts';
import { parseJson, unlessBroken } from '../../schema/contract.ts';
import { toReading } from '../../schema/occupancy/reading.ts';
import { Receipt } from '../receipt.ts';
import type { Streams } from '../streams/stream.ts';

/**
 * Readings in the form of the topic, one a line, as a sensor sends them that was offline. A line that is none is taken
 * as well, and goes to dead.letters, so that one broken line does not hold back a backlog.
 */
export function readingsUpload(publisher: Publisher, streams: Streams) {
  return async (body: string): Promise<Receipt> => {
    const lines = body.split('\n').flatMap((line) => line.replace(/^\uFEFF/, '').trim() || []);
    if (lines.length === 0) throw new TributaryError('BAD_USER_INPUT', 'The body holds no reading; send one a line.');
    const now = Date.now();
    const dpuOf = (line: string) => unlessBroken(() => toReading(parseJson(line), now).dpu) ?? null;
    const messages = lines.map((value) => ({ key: dpuOf(value), value }));
    const position = await publisher.publish('occupancy.readings', messages);
    return { accepted: lines.length, position: streams.receipt('occupancy.readings', position) };
  };
}
