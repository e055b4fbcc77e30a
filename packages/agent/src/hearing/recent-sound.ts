/** The last of a stream of samples, by their place in it. */
export class RecentSound {
  readonly #ring: Int16Array;
  #end = 0;

  /** `length`: samples that are kept. */
  constructor(length: number) {
    this.#ring = new Int16Array(length);
  }

  /** Samples so far. */
  get end(): number {
    return this.#end;
  }

  push(samples: Int16Array): void {
    this.#write(samples, this.#end);
    this.#end += samples.length;
  }

  /** What was pushed last turns out to have been this. */
  amend(samples: Int16Array): void {
    const kept = samples.subarray(Math.max(0, samples.length - this.#end));
    this.#write(kept, this.#end - kept.length);
  }

  /** A copy; silence where they are forgotten, or were never there. */
  between(from: number, to: number): Int16Array {
    const first = Math.max(0, this.#end - this.#ring.length);
    return Int16Array.from({ length: to - from }, (_, i) => (from + i >= first && from + i < this.#end ? this.#ring[(from + i) % this.#ring.length]! : 0));
  }

  #write(samples: Int16Array, at: number): void {
    for (const [i, sample] of samples.entries()) this.#ring[(at + i) % this.#ring.length] = sample;
  }
}
