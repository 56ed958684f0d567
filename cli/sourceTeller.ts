import { createLogger, type Logger } from '../platform/log.ts';
import { TerminalReport } from './terminal.ts';

/** How often the figures are told, in milliseconds. */
const onTerminalMs = 1_000;
const inLogMs = 60_000;

/** Tells how a source fares: on a terminal in a line that is written anew, elsewhere in the log now and then. */
export class SourceTeller {
  readonly #terminal = process.stdout.isTTY ? new TerminalReport() : undefined;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #begun = performance.now();
  #total = 0;
  #time: number | undefined;
  #reconnects = 0;
  /** The total, and the moment, when the figures were told last. */
  #told = { total: 0, at: performance.now() };
  /** Of those, since the last event. */
  #inARow = 0;

  constructor(
    readonly how: { quiet: boolean; verbose: boolean },
    level: string,
  ) {
    this.#log = createLogger('source wiki', how.quiet ? 'silent' : level);
    if (!how.quiet) this.#timer = setInterval(() => this.#tell(), this.#terminal ? onTerminalMs : inLogMs);
  }

  published(count: number, time: number | undefined): void {
    this.#total += count;
    this.#time = time ?? this.#time;
    this.#inARow = 0;
  }

  /** A connection that ends is made anew without a word; one that cannot be made is told, once until it can. */
  reconnecting(reason: string, pauseMs: number): void {
    this.#reconnects++;
    this.#inARow++;
    const line = `${reason}; connecting anew in ${(pauseMs / 1000).toFixed(1)} s`;
    if (this.#inARow === (this.#total === 0 ? 1 : 2)) this.say(line);
    else this.detail(line);
  }

  say(line: string): void {
    if (this.how.quiet) return;
    if (this.#terminal) this.#terminal.say(line);
    else this.#log.info(line);
  }

  detail(line: string): void {
    if (this.how.verbose) this.say(line);
  }

  /** Tells the sum, unless it has failed before there was any: the reason alone counts then. */
  end(hasFailed: boolean): void {
    clearInterval(this.#timer);
    this.#terminal?.finish();
    if (hasFailed && this.#total === 0) return;
    const seconds = (performance.now() - this.#begun) / 1000;
    this.say(`Sent ${this.#total} events to wiki.edits in ${seconds.toFixed(1)} s.`);
  }

  #tell(): void {
    const now = performance.now();
    const rate = (((this.#total - this.#told.total) / (now - this.#told.at)) * 1000).toFixed(1);
    this.#told = { total: this.#total, at: now };
    const lag = this.#time === undefined ? undefined : (Date.now() - this.#time) / 1000;
    const figures = `${this.#total} events, ${rate}/s, ${lag === undefined ? 'no' : `${lag.toFixed(1)} s`} lag, ${this.#reconnects} reconnects`;
    if (this.#terminal) this.#terminal.status(figures);
    else this.#log.info({ events: this.#total, rate: Number(rate), lag, reconnects: this.#reconnects }, 'published');
  }
}
