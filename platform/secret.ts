import { inspect } from 'node:util';

const stars = '***';

/** A text that nobody may see: whatever shows the object shows stars. `reveal` is the one way to it. */
export class Secret {
  readonly #plain: string;
  #spellings: RegExp | undefined;

  constructor(plain: string) {
    this.#plain = plain;
  }

  reveal(): string {
    return this.#plain;
  }

  /** The text with stars wherever the secret stands in it, plainly or as URLs and JSON spell it, in either case. */
  hideIn(text: string): string {
    if (this.#plain === '') return text;
    this.#spellings ??= spellingsOf(this.#plain);
    return text.replace(this.#spellings, stars);
  }

  toString(): string {
    return stars;
  }

  toJSON(): string {
    return stars;
  }

  [inspect.custom](): string {
    return `Secret(${stars})`;
  }
}

function spellingsOf(plain: string): RegExp {
  const inForm = new URLSearchParams([['', plain]]).toString().slice(1);
  const inJson = JSON.stringify(plain).slice(1, -1);
  const spellings = new Set([plain, encodeURIComponent(plain.toWellFormed()), inForm, inJson]);
  // The longest first, or a spelling that begins another would leave the other's end behind.
  const longestFirst = [...spellings].sort((one, other) => other.length - one.length);
  return new RegExp(longestFirst.map((each) => each.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'gi');
}
