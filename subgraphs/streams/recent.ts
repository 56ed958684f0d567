/** A value that many ask for and that may be a little old: one question at a time, however many ask. */
export class Recent<T> {
  readonly #ask: () => Promise<T>;
  readonly #maxAge: number;
  #answer: Promise<T> | undefined;
  #until = 0;

  /** @param maxAge for how long an answer is used, in milliseconds. */
  constructor(maxAge: number, ask: () => Promise<T>) {
    this.#maxAge = maxAge;
    this.#ask = ask;
  }

  /** The value, asked for not much longer than `maxAge` ago. An error is not kept. */
  get(): Promise<T> {
    if (this.#answer && performance.now() < this.#until) return this.#answer;
    this.#until = Number.POSITIVE_INFINITY; // while it is being asked for
    const answer = this.#ask();
    this.#answer = answer;
    answer.then(
      () => (this.#until = performance.now() + this.#maxAge),
      () => (this.#answer = undefined),
    );
    return answer;
  }
}
