/** Frames of 10 ms. */
const FRAME_MS = 10;

/**
 * An articulator's inertia: a critically damped follower (two equal poles), after a delay line that sets when it moves.
 * Delay and time constant together give its lag; the model's look-ahead is what they spend.
 */
export class Follower {
  readonly #keep: number;
  readonly #history: Float64Array;
  #next = 0;
  #first = 0;
  #second = 0;

  /** `timeConstantMs` of each pole; `delayFrames` of 10 ms before it. */
  constructor(timeConstantMs: number, delayFrames: number) {
    this.#keep = Math.exp(-FRAME_MS / timeConstantMs);
    this.#history = new Float64Array(delayFrames + 1);
  }

  reset(): void {
    this.#history.fill(0);
    this.#next = 0;
    this.#first = 0;
    this.#second = 0;
  }

  /** Moves one frame on towards `target`; returns the position. */
  advance(target: number): number {
    this.#history[this.#next] = target;
    this.#next = (this.#next + 1) % this.#history.length;
    const due = this.#history[this.#next]!;
    this.#first = due + (this.#first - due) * this.#keep;
    this.#second = this.#first + (this.#second - this.#first) * this.#keep;
    return this.#second;
  }
}
