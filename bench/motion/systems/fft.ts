/** In-place radix-2 transform of a power of two. */
export class Fft {
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  transform(re: Float64Array, im: Float64Array): void {
    this.#reorder(re, im);
    for (let half = 1; half < this.#size; half *= 2) {
      for (let k = 0; k < half; k++) {
        const angle = (-Math.PI * k) / half;
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        for (let a = k; a < this.#size; a += 2 * half) {
          const b = a + half;
          const [x, y] = [re[b]! * cos - im[b]! * sin, re[b]! * sin + im[b]! * cos];
          re[b] = re[a]! - x;
          im[b] = im[a]! - y;
          re[a]! += x;
          im[a]! += y;
        }
      }
    }
  }

  #reorder(re: Float64Array, im: Float64Array): void {
    for (let i = 1, j = 0; i < this.#size; i++) {
      let bit = this.#size >> 1;
      for (; j & bit; bit >>= 1) j ^= bit;
      j ^= bit;
      if (i >= j) continue;
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
}
