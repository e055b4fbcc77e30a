/**
 * In-place fast Fourier transform of a fixed size, a power of two from 4 up (Cooley and Tukey 1965): two passes of radix 2
 * at once, which reads and writes the values half as often; where their number is odd the last stands alone.
 */
export class Fft {
  readonly #size: number;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  /** Pairs of places that change their values. */
  readonly #swaps: Uint16Array;

  constructor(size: number) {
    this.#size = size;
    this.#cos = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size));
    this.#sin = Float64Array.from({ length: size / 2 }, (_, i) => -Math.sin((2 * Math.PI * i) / size));
    this.#swaps = Uint16Array.from(swapsOf(size));
  }

  /** Transforms `re + i im` in place. */
  transform(re: Float64Array, im: Float64Array): void {
    this.#permute(re, im);
    this.#firstPasses(re, im);
    let half = 4;
    for (; 4 * half <= this.#size; half *= 4) this.#twoPasses(re, im, half);
    if (half < this.#size) this.#lastPass(re, im);
  }

  /** The passes over pairs and fours, whose turns are 1 and -i. */
  #firstPasses(re: Float64Array, im: Float64Array): void {
    for (let a = 0; a < this.#size; a += 4) {
      const [b, c, d] = [a + 1, a + 2, a + 3];
      const sumRe = re[a]! + re[b]!;
      const sumIm = im[a]! + im[b]!;
      const differenceRe = re[a]! - re[b]!;
      const differenceIm = im[a]! - im[b]!;
      const otherSumRe = re[c]! + re[d]!;
      const otherSumIm = im[c]! + im[d]!;
      const otherDifferenceRe = re[c]! - re[d]!;
      const otherDifferenceIm = im[c]! - im[d]!;
      re[a] = sumRe + otherSumRe;
      im[a] = sumIm + otherSumIm;
      re[b] = differenceRe + otherDifferenceIm;
      im[b] = differenceIm - otherDifferenceRe;
      re[c] = sumRe - otherSumRe;
      im[c] = sumIm - otherSumIm;
      re[d] = differenceRe - otherDifferenceIm;
      im[d] = differenceIm + otherDifferenceRe;
    }
  }

  /** The passes with butterflies `half` and `2 * half` wide; the tables are locals, for this is where the time goes. */
  #twoPasses(re: Float64Array, im: Float64Array, half: number): void {
    const cosines = this.#cos;
    const sines = this.#sin;
    const size = this.#size;
    const stride = size / (4 * half);
    for (let k = 0; k < half; k++) {
      const cos1 = cosines[2 * k * stride]!;
      const sin1 = sines[2 * k * stride]!;
      const cos2 = cosines[k * stride]!;
      const sin2 = sines[k * stride]!;
      for (let a = k; a < size; a += 4 * half) {
        const b = a + half;
        const c = b + half;
        const d = c + half;
        const bRe = re[b]! * cos1 - im[b]! * sin1;
        const bIm = re[b]! * sin1 + im[b]! * cos1;
        const dRe = re[d]! * cos1 - im[d]! * sin1;
        const dIm = re[d]! * sin1 + im[d]! * cos1;
        const sumRe = re[a]! + bRe;
        const sumIm = im[a]! + bIm;
        const differenceRe = re[a]! - bRe;
        const differenceIm = im[a]! - bIm;
        const otherRe = re[c]! + dRe;
        const otherIm = im[c]! + dIm;
        const lastRe = re[c]! - dRe;
        const lastIm = im[c]! - dIm;
        const turnedRe = otherRe * cos2 - otherIm * sin2;
        const turnedIm = otherRe * sin2 + otherIm * cos2;
        // A quarter of a turn further: times -i.
        const quarterRe = lastRe * sin2 + lastIm * cos2;
        const quarterIm = lastIm * sin2 - lastRe * cos2;
        re[a] = sumRe + turnedRe;
        im[a] = sumIm + turnedIm;
        re[c] = sumRe - turnedRe;
        im[c] = sumIm - turnedIm;
        re[b] = differenceRe + quarterRe;
        im[b] = differenceIm + quarterIm;
        re[d] = differenceRe - quarterRe;
        im[d] = differenceIm - quarterIm;
      }
    }
  }

  #lastPass(re: Float64Array, im: Float64Array): void {
    const half = this.#size / 2;
    for (let a = 0, b = half; a < half; a++, b++) {
      const cos = this.#cos[a]!;
      const sin = this.#sin[a]!;
      const turnedRe = re[b]! * cos - im[b]! * sin;
      const turnedIm = re[b]! * sin + im[b]! * cos;
      re[b] = re[a]! - turnedRe;
      im[b] = im[a]! - turnedIm;
      re[a]! += turnedRe;
      im[a]! += turnedIm;
    }
  }

  #permute(re: Float64Array, im: Float64Array): void {
    const swaps = this.#swaps;
    for (let s = 0; s < swaps.length; s += 2) {
      const i = swaps[s]!;
      const j = swaps[s + 1]!;
      const keptRe = re[i]!;
      const keptIm = im[i]!;
      re[i] = re[j]!;
      im[i] = im[j]!;
      re[j] = keptRe;
      im[j] = keptIm;
    }
  }
}

/** Every place and the one whose number has the same bits in reverse. */
function swapsOf(size: number): number[] {
  const bits = Math.log2(size);
  return Array.from({ length: size }, (_, i) => [i, reverseBits(i, bits)] as const).filter(([i, j]) => i < j).flat();
}

function reverseBits(value: number, bits: number): number {
  let reversed = 0;
  for (let bit = 0; bit < bits; bit++) reversed |= ((value >> bit) & 1) << (bits - 1 - bit);
  return reversed;
}
