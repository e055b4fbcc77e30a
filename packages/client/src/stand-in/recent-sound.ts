/** Samples that were written last, so that whoever needs them finds those that are still to be heard. Bounded in length. */
export class RecentSound {
  readonly #capacity: number;
  #chunks: Float32Array[] = [];
  #held = 0;
  #written = 0;

  /** Keeps whole chunks of at least `capacity` samples in all, and lets go of older ones. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Takes the next samples. They are copied: their buffer changes hands. */
  push(samples: Float32Array): void {
    if (samples.length === 0) return;
    this.#chunks.push(samples.slice());
    this.#held += samples.length;
    this.#written += samples.length;
    while (this.#held - this.#chunks[0]!.length >= this.#capacity) this.#held -= this.#chunks.shift()!.length;
  }

  /** Hands over what is kept from sample `from` on, and keeps nothing: the number of its first sample, and the chunks. */
  takeFrom(from: number): { readonly first: number; readonly chunks: readonly Float32Array[] } {
    let at = this.#written - this.#held;
    const first = Math.max(at, Math.min(from, this.#written));
    const chunks: Float32Array[] = [];
    for (const chunk of this.#chunks) {
      if (at + chunk.length > first) chunks.push(chunk.subarray(Math.max(0, first - at)));
      at += chunk.length;
    }
    this.#chunks = [];
    this.#held = 0;
    return { first, chunks };
  }
}
