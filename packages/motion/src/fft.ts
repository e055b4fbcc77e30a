/** In-place radix-2 fast Fourier transform of a fixed size, a power of two (Cooley and Tukey 1965). */
export class Fft {
  readonly #size: number;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #reversed: Uint16Array;

  constructor(size: number) {
    this.#size = size;
    this.#cos = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size));
    this.#sin = Float64Array.from({ length: size / 2 }, (_, i) => -Math.sin((2 * Math.PI * i) / size));
    const bits = Math.log2(size);
    this.#reversed = Uint16Array.from({ length: size }, (_, i) => reverseBits(i, bits));
  }

  /** Transforms `re + i im` in place. */
  transform(re: Float64Array, im: Float64Array): void {
    this.#permute(re);
    this.#permute(im);
    for (let half = 1; half < this.#size; half *= 2) this.#stage(re, im, half);
  }

  /** One pass of butterflies; the tables are locals, for this is where the time goes. */
  #stage(re: Float64Array, im: Float64Array, half: number): void {
    const cosines = this.#cos;
    const sines = this.#sin;
    const size = this.#size;
    const stride = size / (2 * half);
    for (let k = 0; k < half; k++) {
      const cos = cosines[k * stride]!;
      const sin = sines[k * stride]!;
      for (let a = k; a < size; a += 2 * half) {
        const b = a + half;
        const turnedRe = re[b]! * cos - im[b]! * sin;
        const turnedIm = re[b]! * sin + im[b]! * cos;
        re[b] = re[a]! - turnedRe;
        im[b] = im[a]! - turnedIm;
        re[a]! += turnedRe;
        im[a]! += turnedIm;
      }
    }
  }

  #permute(values: Float64Array): void {
    for (let i = 0; i < this.#size; i++) {
      const j = this.#reversed[i]!;
      if (j <= i) continue;
      const kept = values[i]!;
      values[i] = values[j]!;
      values[j] = kept;
    }
  }
}

function reverseBits(value: number, bits: number): number {
  let reversed = 0;
  for (let bit = 0; bit < bits; bit++) reversed |= ((value >> bit) & 1) << (bits - 1 - bit);
  return reversed;
}
