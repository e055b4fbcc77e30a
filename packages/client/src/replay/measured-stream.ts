import { ManualStream } from '../test/index.js';

/** Loudness is taken over windows of this many milliseconds. */
export const LEVEL_MS = 10;

/** A stream that keeps how loud its samples were, and not the samples. */
export class MeasuredStream extends ManualStream {
  /** Root mean square of each whole window of `LEVEL_MS`, in order. */
  readonly levels: number[] = [];
  #sum = 0;
  #count = 0;

  protected override keep(samples: Float32Array): void {
    const size = (this.sampleRate * LEVEL_MS) / 1000;
    for (const sample of samples) {
      this.#sum += sample * sample;
      if (++this.#count < size) continue;
      this.levels.push(Math.sqrt(this.#sum / size));
      this.#sum = this.#count = 0;
    }
  }
}
