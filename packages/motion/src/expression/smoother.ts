/** Frames of 20 ms. */
const FRAME_MS = 20;
/** Nearer to rest than this is rest. */
const STILL = 1e-3;

/** A critically damped follower: two equal poles. It comes to rest exactly. */
export class Smoother {
  readonly #keep: number;
  #first = 0;
  #second = 0;

  /** `timeMs` of each pole. */
  constructor(timeMs: number) {
    this.#keep = Math.exp(-FRAME_MS / timeMs);
  }

  reset(): void {
    this.#first = this.#second = 0;
  }

  /** Moves one frame on towards `target`; returns the position. */
  advance(target: number): number {
    this.#first = settle(target + (this.#first - target) * this.#keep, target);
    this.#second = settle(this.#first + (this.#second - this.#first) * this.#keep, target);
    return this.#second;
  }
}

function settle(value: number, target: number): number {
  return target === 0 && Math.abs(value) < STILL ? 0 : value;
}
