/** Frames of 20 ms. */
const FRAME_MS = 20;
/** Nearer to rest than this is rest. */
const STILL = 1e-3;

/**
 * Critically damped smoothing that does not lag: position and speed are both estimated (the g-h filter with two equal
 * poles), so that a steady movement is followed without delay and only its jitter is taken out. A step is overshot by an
 * eighth. It comes to rest exactly.
 */
export class Tracker {
  readonly #g: number;
  readonly #h: number;
  #position = 0;
  /** Per frame. */
  #speed = 0;

  /** `timeMs` of the two poles together. */
  constructor(timeMs: number) {
    const keep = Math.exp(-FRAME_MS / (timeMs / 2));
    this.#g = 1 - keep * keep;
    this.#h = (1 - keep) * (1 - keep);
  }

  reset(): void {
    this.#position = this.#speed = 0;
  }

  /** Moves one frame on to a measured value; returns the position. */
  advance(measured: number): number {
    const expected = this.#position + this.#speed;
    const surprise = measured - expected;
    this.#position = expected + this.#g * surprise;
    this.#speed += this.#h * surprise;
    if (measured === 0 && Math.abs(this.#position) < STILL && Math.abs(this.#speed) < STILL) this.reset();
    return this.#position;
  }
}
