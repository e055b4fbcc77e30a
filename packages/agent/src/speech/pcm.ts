/** Little-endian s16 bytes as samples. A copy, for views of packets may begin at an odd byte. */
export function samplesOf(pcm: Uint8Array): Int16Array {
  return new Int16Array(pcm.slice().buffer, 0, pcm.length >> 1);
}

/** Cuts a stream of samples into blocks of one length, however its pieces are cut. */
export class Blocks {
  readonly #open: Int16Array;
  #filled = 0;

  /** `length`: samples of a block. */
  constructor(length: number) {
    this.#open = new Int16Array(length);
  }

  /** Samples that wait for the rest of their block. */
  get waiting(): number {
    return this.#filled;
  }

  /** The blocks that are whole with these samples, each a copy. */
  push(samples: Int16Array): Int16Array[] {
    const whole: Int16Array[] = [];
    for (let at = 0; at < samples.length;) {
      const part = samples.subarray(at, at + this.#open.length - this.#filled);
      this.#open.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < this.#open.length) break;
      whole.push(this.#open.slice());
      this.#filled = 0;
    }
    return whole;
  }
}
