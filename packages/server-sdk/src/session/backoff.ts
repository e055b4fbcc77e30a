import type { Clock } from '../clock.js';

const FIRST_MS = 50;
const FACTOR = 1.15;
const LONGEST_MS = 2000;
/** No attempt begins later than this after the first pause: long enough for a server to restart. */
export const GIVE_UP_MS = 30_000;

/**
 * Pauses between attempts: 50 ms, each 1.15 times the one before, at most 2 s; each is shortened by up to a half at random,
 * so that a server's sessions do not come back all at once. About forty fit before it gives up.
 */
export class Backoff {
  readonly #clock: Clock;
  readonly #random: () => number;
  #attempts = 0;
  #sinceMs: number | undefined;

  /** `random`: in [0, 1]. */
  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** The next pause, milliseconds; `undefined` where it is time to give up. */
  next(): number | undefined {
    const nowMs = this.#clock.nowMs();
    this.#sinceMs ??= nowMs;
    const delayMs = Math.min(LONGEST_MS, FIRST_MS * FACTOR ** this.#attempts) * (1 - this.#random() / 2);
    this.#attempts += 1;
    return nowMs + delayMs - this.#sinceMs > GIVE_UP_MS ? undefined : delayMs;
  }

  /** It works again: the next trouble is a new one. */
  reset(): void {
    this.#attempts = 0;
    this.#sinceMs = undefined;
  }
}
