/**
 * Poses lie 10 ms apart, and networks take steps of 40 ms, which are a whole number of samples at every rate: an engine
 * begun so far from the start of another makes its steps and its poses at the same times.
 */
const GRID_MS = 40;

/** A buffer has so much room at least over what it holds when that is moved to its start, and as much again when it is made. */
const SLACK = 1.15;

/**
 * The recent audio of an utterance: what an engine must hear again to go on where another stopped. In one array, for chunks
 * that live for seconds would be most of what the garbage collector has to do.
 */
export class AudioHistory {
  readonly #originMs: number;
  readonly #sampleRate: number;
  #buffer = new Float32Array(0);
  /** Where what is held begins in the buffer. */
  #start = 0;
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

  push(samples: Float32Array): void {
    this.#reserve(samples.length);
    this.#buffer.set(samples, this.#start + this.length);
    this.#total += samples.length;
  }

  /** Forgets what lies before `ms`, but keeps whole steps of the grid. */
  forget(ms: number): void {
    const before = Math.floor(Math.min(this.#total, this.#sampleAt(ms)) / this.#grid) * this.#grid;
    if (before <= this.#base) return;
    this.#start += before - this.#base;
    this.#base = before;
  }

  /** The audio from about `ms` on, or from as early as there is. */
  from(ms: number): { readonly originMs: number; readonly samples: Float32Array } {
    const step = Math.max(this.#base / this.#grid, Math.floor(this.#sampleAt(ms) / this.#grid));
    const skipped = Math.min(step * this.#grid - this.#base, this.length);
    const samples = this.#buffer.slice(this.#start + skipped, this.#start + this.length);
    return { originMs: this.#originMs + step * GRID_MS, samples };
  }

  #reserve(count: number): void {
    const end = this.length + count;
    if (this.#start + end <= this.#buffer.length) return;
    const held = this.#buffer.subarray(this.#start, this.#start + this.length);
    if (end * SLACK > this.#buffer.length) this.#buffer = new Float32Array(Math.ceil(end * SLACK * SLACK));
    this.#buffer.set(held);
    this.#start = 0;
  }

  get #grid(): number {
    return (GRID_MS * this.#sampleRate) / 1000;
  }

  #sampleAt(ms: number): number {
    return Math.max(0, ((ms - this.#originMs) * this.#sampleRate) / 1000);
  }
}
