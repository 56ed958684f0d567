import { messageOf } from './errors.ts';
import { within } from './within.ts';

/** Looks at one thing that a role needs. @returns why it is not ready, if so. @throws Error that says why */
export type Probe = () => Promise<string | undefined>;

export interface Readiness {
  ready: boolean;
  /** Of each part why it is not ready, or `ok`. */
  parts: Record<string, string>;
}

export interface HealthOptions {
  /** How long a part may take to answer, in milliseconds. */
  patienceMs?: number;
  /** For how long an answer counts, in milliseconds: however often it is asked, a part is looked at no oftener. */
  maxAgeMs?: number;
  /** Makes the reason fit to be seen. */
  tell?: (reason: string) => string;
}

/** Whether a role can do its work: it has started, is not about to stop, and whatever it needs is there. */
export class Health {
  readonly #parts: Record<string, () => Promise<string>>;
  #state: 'starting' | 'serving' | 'draining' = 'starting';

  constructor(probes: Record<string, Probe>, { patienceMs = 2_000, maxAgeMs = 1_000, tell }: HealthOptions = {}) {
    this.#parts = Object.fromEntries(
      Object.entries(probes).map(([part, probe]) => [part, kept(maxAgeMs, looking(probe, patienceMs, tell))]),
    );
  }

  /** The role serves from now on. */
  started(): void {
    this.#state = 'serving';
  }

  /** The role is about to stop: whoever sends it work should send it elsewhere. */
  drain(): void {
    this.#state = 'draining';
  }

  async readiness(): Promise<Readiness> {
    // Who stops is not asked for more, and what it needs may be stopping too.
    if (this.#state !== 'serving') return { ready: false, parts: { role: this.#state } };
    const looks = Object.entries(this.#parts).map(async ([part, look]) => [part, await look()] as const);
    const parts = Object.fromEntries(await Promise.all(looks));
    return { ready: Object.values(parts).every((found) => found === 'ok'), parts };
  }
}

/** One look at a time: who hangs is told of, and not asked by ever more. */
function looking(probe: Probe, patienceMs: number, tell = (reason: string) => reason): () => Promise<string> {
  let underWay: Promise<string | undefined> | undefined;
  return async () => {
    underWay ??= probe().finally(() => {
      underWay = undefined;
    });
    return within(patienceMs, underWay).then(
      (reason) => reason ?? 'ok',
      (error) => tell(messageOf(error)),
    );
  };
}

function kept(maxAgeMs: number, ask: () => Promise<string>): () => Promise<string> {
  let answer: Promise<string> | undefined;
  let until = 0;
  return () => {
    if (answer && performance.now() < until) return answer;
    until = Number.POSITIVE_INFINITY; // while it is being asked for
    answer = ask().finally(() => {
      until = performance.now() + maxAgeMs;
    });
    return answer;
  };
}
