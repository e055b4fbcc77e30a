import { packSamples } from './messages.js';

/**
 * Poses lie 10 ms apart, and networks take steps of 40 ms, which are a whole number of samples at every rate: an engine
 * begun so far from the start of another makes its steps and its poses at the same times.
 */
const GRID_MS = 40;

/** The recent audio of an utterance: what an engine must hear again to go on where another stopped. */
export class AudioHistory {
  readonly #originMs: number;
  readonly #sampleRate: number;
  #chunks: Float32Array[] = [];
  /** Samples forgotten, and samples in all. */
  #base = 0;
  #total = 0;

  /** `originMs`: time of the first sample. */
  constructor(sampleRate: number, originMs: number) {
    this.#sampleRate = sampleRate;
    this.#originMs = originMs;
  }

  /** Where the audio so far ends. */
  get endMs(): number {
    return this.#originMs + (this.#total * 1000) / this.#sampleRate;
  }

  /** Samples held. */
  get length(): number {
    return this.#total - this.#base;
  }

  /** Keeps the array itself. */
  push(samples: Float32Array): void {
    if (samples.length === 0) return;
    this.#chunks.push(samples);
    this.#total += samples.length;
  }

  /** Forgets the chunks that end before `ms`. */
  forget(ms: number): void {
    const before = this.#sampleAt(ms);
    for (let first = this.#chunks[0]; first && this.#base + first.length <= before; first = this.#chunks[0]) {
      this.#chunks.shift();
      this.#base += first.length;
    }
  }

  /** The audio from about `ms` on, or from as early as there is. */
  from(ms: number): { readonly originMs: number; readonly samples: Float32Array } {
    const grid = (GRID_MS * this.#sampleRate) / 1000;
    const step = Math.max(Math.ceil(this.#base / grid), Math.floor(this.#sampleAt(ms) / grid));
    const samples = packSamples(this.#chunks).subarray(Math.min(step * grid - this.#base, this.length));
    return { originMs: this.#originMs + step * GRID_MS, samples };
  }

  #sampleAt(ms: number): number {
    return Math.max(0, ((ms - this.#originMs) * this.#sampleRate) / 1000);
  }
}
