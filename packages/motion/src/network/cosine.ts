import { Fft } from '../fft.js';

/**
 * Cosine transforms of two even signals at once, as an autocorrelation is of a power spectrum. A signal of period 2 * `half`
 * is known by its first `half` + 1 values; both together take one complex transform of `half` (Press et al., Numerical
 * Recipes, 12.3), where they would take one of 2 * `half` otherwise.
 */
export class CosinePair {
  readonly #half: number;
  readonly #fft: Fft;
  readonly #re: Float64Array;
  readonly #im: Float64Array;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;

  /** `half` is a power of two. */
  constructor(half: number) {
    this.#half = half;
    this.#fft = new Fft(half);
    this.#re = new Float64Array(half);
    this.#im = new Float64Array(half);
    this.#cos = Float64Array.from({ length: half }, (_, n) => Math.cos((Math.PI * n) / half));
    this.#sin = Float64Array.from({ length: half }, (_, n) => Math.sin((Math.PI * n) / half));
  }

  /** Values 0 to `last` of each transform take the place of the signal's; `last` is odd, and under `half`. */
  transform(first: Float64Array, second: Float64Array, last: number): void {
    const firstOdd = this.#fold(first, this.#re);
    const secondOdd = this.#fold(second, this.#im);
    this.#fft.transform(this.#re, this.#im);
    this.#unfold(first, second, firstOdd, secondOdd, last);
  }

  /** A signal of half the period, of which the real transform holds all; returns value 1, with which the odd ones begin. */
  #fold(signal: Float64Array, folded: Float64Array): number {
    const half = this.#half;
    const ends = signal[0]! - signal[half]!;
    folded[0] = signal[0]! + signal[half]!;
    let odd = 0;
    for (let n = 1; n < half; n++) {
      const a = signal[n]!;
      const b = signal[half - n]!;
      folded[n] = a + b - 2 * this.#sin[n]! * (a - b);
      odd += a * this.#cos[n]!;
    }
    return ends + 2 * odd;
  }

  /** Takes the two real transforms apart. Odd values are each the one before and the transform's imaginary part. */
  #unfold(first: Float64Array, second: Float64Array, firstOdd: number, secondOdd: number, last: number): void {
    const re = this.#re;
    const im = this.#im;
    [first[0], second[0]] = [re[0]!, im[0]!];
    [first[1], second[1]] = [firstOdd, secondOdd];
    for (let k = 1; 2 * k < last; k++) {
      const mirror = this.#half - k;
      first[2 * k] = 0.5 * (re[k]! + re[mirror]!);
      second[2 * k] = 0.5 * (im[k]! + im[mirror]!);
      first[2 * k + 1] = first[2 * k - 1]! - 0.5 * (im[k]! - im[mirror]!);
      second[2 * k + 1] = second[2 * k - 1]! + 0.5 * (re[k]! - re[mirror]!);
    }
  }
}
