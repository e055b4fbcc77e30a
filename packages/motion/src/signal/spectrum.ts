import { Fft } from '../fft.js';

export const SAMPLE_RATE = 16_000;
/** One analysis every 10 ms. */
export const HOP = 160;
/** 25 ms Hann window, centred on the time of its analysis. */
const WINDOW = 400;
const FFT_SIZE = 512;
/** A real transform is a complex one of half the size: even samples are its real part, odd ones its imaginary part. */
const HALF = FFT_SIZE / 2;

/**
 * Edges in Hz of the bands: murmur and voicing, low first formant, open first formant, back and front second formant,
 * third formant, frication. Formant ranges after Peterson and Barney 1952, men to children.
 */
const EDGES = [100, 300, 600, 1_000, 1_600, 2_600, 4_000, 7_600] as const;
export const BAND = { murmur: 0, closeVowel: 1, openVowel: 2, backVowel: 3, frontVowel: 4, upper: 5, hiss: 6 } as const;
export const BAND_COUNT = EDGES.length - 1;

/** Samples after its own time that an analysis sees. */
export const SPECTRUM_AHEAD = WINDOW / 2;

/**
 * Cuts a stream into windows and measures the power of each band. Analysis k is centred on sample k * HOP of the
 * stream, with silence before it. Keeps one window of samples.
 */
export class SpectrumStream {
  readonly #fft = new Fft(HALF);
  readonly #window = Float64Array.from({ length: WINDOW }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / WINDOW));
  readonly #samples = new Float32Array(WINDOW);
  readonly #re = new Float64Array(HALF);
  readonly #im = new Float64Array(HALF);
  readonly #bands = new Float64Array(BAND_COUNT);
  #filled = SPECTRUM_AHEAD;

  /** Feeds samples; calls `onBands` with each analysis in order. The array is reused: read it within the call. */
  push(samples: Float32Array, onBands: (bands: Float64Array) => void): void {
    let start = 0;
    while (start < samples.length) {
      const part = samples.subarray(start, start + WINDOW - this.#filled);
      this.#samples.set(part, this.#filled);
      this.#filled += part.length;
      start += part.length;
      if (this.#filled < WINDOW) return;
      onBands(this.#analyse());
      this.#samples.copyWithin(0, HOP);
      this.#filled -= HOP;
    }
  }

  reset(): void {
    this.#samples.fill(0);
    this.#filled = SPECTRUM_AHEAD;
  }

  #analyse(): Float64Array {
    this.#re.fill(0);
    this.#im.fill(0);
    for (let i = 0; i < WINDOW / 2; i++) {
      this.#re[i] = this.#samples[2 * i]! * this.#window[2 * i]!;
      this.#im[i] = this.#samples[2 * i + 1]! * this.#window[2 * i + 1]!;
    }
    this.#fft.transform(this.#re, this.#im);
    for (let band = 0; band < BAND_COUNT; band++) this.#bands[band] = this.#power(EDGES[band]!, EDGES[band + 1]!);
    return this.#bands;
  }

  /** Power between two frequencies as a share of full scale squared: a full-scale tone in the band measures about 0.5. */
  #power(fromHz: number, toHz: number): number {
    const first = Math.ceil((fromHz * FFT_SIZE) / SAMPLE_RATE);
    const last = Math.ceil((toHz * FFT_SIZE) / SAMPLE_RATE);
    let sum = 0;
    for (let i = first; i < last; i++) sum += this.#powerAt(i);
    return sum * POWER_SCALE;
  }

  /** Squared magnitude of bin 1 to HALF - 1 of the whole transform, from the spectra of even and of odd samples. */
  #powerAt(bin: number): number {
    const re = this.#re[bin]!;
    const im = this.#im[bin]!;
    const mirrorRe = this.#re[HALF - bin]!;
    const mirrorIm = this.#im[HALF - bin]!;
    const oddRe = (im + mirrorIm) / 2;
    const oddIm = (mirrorRe - re) / 2;
    const cos = COS[bin]!;
    const sin = SIN[bin]!;
    const sumRe = (re + mirrorRe) / 2 + cos * oddRe + sin * oddIm;
    const sumIm = (im - mirrorIm) / 2 + cos * oddIm - sin * oddRe;
    return sumRe * sumRe + sumIm * sumIm;
  }
}

const COS = Float64Array.from({ length: HALF }, (_, i) => Math.cos((2 * Math.PI * i) / FFT_SIZE));
const SIN = Float64Array.from({ length: HALF }, (_, i) => Math.sin((2 * Math.PI * i) / FFT_SIZE));
/** Two-sided spectrum, and the mean square 3/8 of a Hann window. */
const POWER_SCALE = 2 / (FFT_SIZE * WINDOW * (3 / 8));
