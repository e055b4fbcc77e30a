import type { Random } from '@visavis/face';

/** Reconnection waits: 0.5 s doubling to 10 s, each between half and all of that, 8 times in a row. */
const FIRST_MS = 500;
const LONGEST_MS = 10_000;
const MAX_ATTEMPTS = 8;

/** Exponential backoff with jitter, bounded in wait and in number. */
export class Backoff {
  readonly #random: Random;
  #attempts = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Milliseconds to wait before the next try, or undefined when it is time to give up. */
  next(): number | undefined {
    if (this.#attempts >= MAX_ATTEMPTS) return undefined;
    const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#attempts++);
    return ceiling * (0.5 + 0.5 * this.#random());
  }

  reset(): void {
    this.#attempts = 0;
  }
}
