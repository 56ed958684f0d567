import { setImmediate } from 'node:timers/promises';

/** How long long work may keep the rest of the process waiting, in milliseconds. */
const turnMs = 5;

/** Lets the rest of the process have its turn now and then: `if (turn.isOver()) await turn.next()`. */
export class Turn {
  #end = performance.now() + turnMs;

  isOver(): boolean {
    return performance.now() >= this.#end;
  }

  async next(): Promise<void> {
    await setImmediate();
    this.#end = performance.now() + turnMs;
  }
}
