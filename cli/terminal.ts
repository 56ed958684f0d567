import { Presets, SingleBar } from 'cli-progress';
import type { Report } from '../servers/servers.ts';

/** Reports to a person: bars on a terminal, a line at every tenth elsewhere. */
export class TerminalReport implements Report {
  #bar: { step: string; bar: SingleBar } | undefined;
  #shown = new Map<string, number>();

  say(line: string): void {
    this.finish();
    console.log(line);
  }

  progress(step: string, done: number, total: number): void {
    if (process.stdout.isTTY) this.#draw(step, done, total);
    else this.#print(step, done, total);
  }

  /** A count whose end is not known: shown on a terminal only. */
  count(step: string, done: number): void {
    if (!process.stdout.isTTY) return;
    if (this.#bar?.step !== step) {
      this.finish();
      const bar = new SingleBar({ format: '{step} {value}', hideCursor: true }, Presets.shades_classic);
      bar.start(Number.MAX_SAFE_INTEGER, done, { step });
      this.#bar = { step, bar };
    }
    this.#bar.bar.update(done);
  }

  /** What goes on and has no end: one line, written anew again and again; shown on a terminal only. */
  status(line: string): void {
    if (!process.stdout.isTTY) return;
    if (this.#bar?.step !== '') {
      this.finish();
      const bar = new SingleBar({ format: '{line}', hideCursor: true }, Presets.shades_classic);
      bar.start(1, 0, { line });
      this.#bar = { step: '', bar };
    }
    this.#bar.bar.update({ line });
  }

  /** What is shown stays as it is, and what comes then begins a line. */
  finish(): void {
    this.#bar?.bar.stop();
    this.#bar = undefined;
  }

  #draw(step: string, done: number, total: number): void {
    if (this.#bar?.step !== step) {
      this.finish();
      const bar = new SingleBar({ format: '{step} {bar} {value}/{total}', hideCursor: true }, Presets.shades_classic);
      bar.start(total, done, { step });
      this.#bar = { step, bar };
    }
    this.#bar.bar.update(done);
    if (done >= total) this.finish();
  }

  #print(step: string, done: number, total: number): void {
    const tenth = total === 0 ? 10 : Math.floor((done * 10) / total);
    if (this.#shown.get(step) === tenth) return;
    this.#shown.set(step, tenth);
    console.log(`${step}: ${done} of ${total}`);
  }
}
