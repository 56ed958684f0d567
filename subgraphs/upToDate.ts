import { TributaryError } from '../platform/errors.ts';
import type { AppliedPosition } from './applied.ts';
import type { Broker } from './streams/tail.ts';

/** Waits until the view holds everything that is in its topic now. */
export async function upToDate(
  progress: Pick<Broker, 'ends'>,
  applied: AppliedPosition,
  signal: AbortSignal,
): Promise<void> {
  await applied.reaches(await progress.ends(applied.topic), signal).catch((cause) => {
    throw new TributaryError(
      'STORE_UNAVAILABLE',
      `The view has not taken in time what was written to ${applied.topic} before. Nothing was changed; try again later.`,
      {},
      { cause },
    );
  });
}
