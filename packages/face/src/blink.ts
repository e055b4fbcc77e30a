import { normal, uniform, type Random } from './random.js';

/**
 * Spontaneous blinks. Intervals are log-normal around 17.5 a minute, as measured in conversation
 * (Bentivoglio et al. 1997: 26/min talking, 17/min at rest); a lid closes in 70-100 ms, stays shut 20-50 ms,
 * opens in 130-250 ms (Evinger et al. 1991: opening takes about twice as long as closing).
 */
const MEAN_INTERVAL_MS = 60_000 / 17.5;
const SPREAD = 0.5;
const MIN_INTERVAL_MS = 700;
const DOUBLE_BLINK_SHARE = 0.06;

interface Blink {
  readonly startMs: number;
  readonly closedMs: number;
  readonly openingMs: number;
  readonly endMs: number;
}

export class Blinker {
  readonly #random: Random;
  #current: Blink | undefined;
  #nextMs: number;

  constructor(random: Random, startMs: number) {
    this.#random = random;
    this.#nextMs = startMs + uniform(random, 500, 2_500);
  }

  /** Asks for a blink now: a hint from speech, or a large gaze shift. Ignored while one is under way. */
  request(timeMs: number): void {
    if (!this.#current) this.#nextMs = Math.min(this.#nextMs, timeMs);
  }

  /** How far the lids are shut at `timeMs`, 0..1. Time must not go back. */
  closureAt(timeMs: number): number {
    if (!this.#current && timeMs >= this.#nextMs) this.#current = this.#begin(timeMs);
    const blink = this.#current;
    if (!blink) return 0;
    if (timeMs >= blink.endMs) {
      this.#current = undefined;
      this.#nextMs = blink.endMs + this.#interval();
      return 0;
    }
    return closure(blink, timeMs);
  }

  #begin(timeMs: number): Blink {
    // A late call (a hidden tab) starts the blink now instead of catching up on missed ones.
    const startMs = timeMs - this.#nextMs < 100 ? this.#nextMs : timeMs;
    const closedMs = startMs + uniform(this.#random, 70, 100);
    const openingMs = closedMs + uniform(this.#random, 20, 50);
    return { startMs, closedMs, openingMs, endMs: openingMs + uniform(this.#random, 130, 250) };
  }

  #interval(): number {
    if (this.#random() < DOUBLE_BLINK_SHARE) return uniform(this.#random, 60, 160);
    const logMean = Math.log(MEAN_INTERVAL_MS) - (SPREAD * SPREAD) / 2;
    return Math.max(MIN_INTERVAL_MS, Math.exp(normal(this.#random, logMean, SPREAD)));
  }
}

function closure(blink: Blink, timeMs: number): number {
  if (timeMs < blink.closedMs) return smooth((timeMs - blink.startMs) / (blink.closedMs - blink.startMs));
  if (timeMs < blink.openingMs) return 1;
  return 1 - smooth((timeMs - blink.openingMs) / (blink.endMs - blink.openingMs));
}

/** Smoothstep of `t` clamped to [0, 1]. */
export function smooth(t: number): number {
  const x = t < 0 ? 0 : t > 1 ? 1 : t;
  return x * x * (3 - 2 * x);
}
