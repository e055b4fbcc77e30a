import { Fft } from '../fft.js';
import { CosinePair } from './cosine.js';

/** 16 kHz samples per analysis. */
export const HOP = 160;
export const BANDS = 64;
/** Shortest and longest pitch period that is looked for, in samples: 400 and 75 Hz. */
export const LAG_MIN = 40;
export const LAG_MAX = 213;

const SAMPLE_RATE = 16_000;
const WINDOW = 400;
const FFT_SIZE = 512;
const LOW_HZ = 50;
const HIGH_HZ = 7600;
const BINS = FFT_SIZE / 2 + 1;

/** What the spectrum of one window says, before any memory of the stream. */
export interface Analysis {
  /** ln of the power in BANDS mel bands. */
  readonly bands: Float64Array;
  /** Power in dB; full scale is about 0. */
  level: number;
  /** How periodic, 0..1. */
  voicing: number;
  /** log2 of the best period's frequency in Hz. */
  pitch: number;
}

interface Band {
  readonly first: number;
  readonly weights: Float64Array;
}

const HANN = Float64Array.from({ length: WINDOW }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (n + 0.5)) / WINDOW));
const WINDOW_R = windowAutocorrelation();
const MEL = melBands();

/**
 * Mel bands, level and pitch of windows of 25 ms. Two windows share one complex transform, for both are real, and their
 * autocorrelations one of half the size. `training/trainer/features.py` is the reference; its docstring states every constant.
 */
export class SpectrumPair {
  readonly #fft = new Fft(FFT_SIZE);
  readonly #cosines = new CosinePair(FFT_SIZE / 2);
  readonly #re = new Float64Array(FFT_SIZE);
  readonly #im = new Float64Array(FFT_SIZE);

  /** Analyses the windows that begin at `at` and `at + HOP` of `samples`. */
  analyse(samples: Float64Array, at: number, first: Analysis, second: Analysis): void {
    this.#load(samples, at);
    this.#fft.transform(this.#re, this.#im);
    this.#toPowers();
    readBands(this.#re, first);
    readBands(this.#im, second);
    this.#cosines.transform(this.#re, this.#im, LAG_MAX);
    readPitch(this.#re, first);
    readPitch(this.#im, second);
  }

  #load(samples: Float64Array, at: number): void {
    for (let n = 0; n < WINDOW; n++) {
      this.#re[n] = samples[at + n]! * HANN[n]!;
      this.#im[n] = samples[at + HOP + n]! * HANN[n]!;
    }
    this.#re.fill(0, WINDOW);
    this.#im.fill(0, WINDOW);
  }

  /** From the shared spectrum to the BINS of each power spectrum, in `re` and `im`. */
  #toPowers(): void {
    const re = this.#re;
    const im = this.#im;
    for (let k = 0; k < BINS; k++) {
      const mirror = (FFT_SIZE - k) % FFT_SIZE;
      const evenRe = 0.5 * (re[k]! + re[mirror]!);
      const oddRe = 0.5 * (re[k]! - re[mirror]!);
      const evenIm = 0.5 * (im[k]! - im[mirror]!);
      const oddIm = 0.5 * (im[k]! + im[mirror]!);
      re[k] = evenRe * evenRe + evenIm * evenIm;
      im[k] = oddRe * oddRe + oddIm * oddIm;
    }
  }
}

/** Of an autocorrelation, FFT_SIZE times too large: the lag at which it is largest against the window's own. */
function readPitch(r: Float64Array, out: Analysis): void {
  const whole = r[0]! / FFT_SIZE + 1e-9;
  let best = -Infinity;
  let lag = LAG_MIN;
  for (let l = LAG_MIN; l <= LAG_MAX; l++) {
    const value = r[l]! / WINDOW_R[l]!;
    if (value <= best) continue;
    best = value;
    lag = l;
  }
  out.voicing = Math.min(1, Math.max(0, best / FFT_SIZE / whole));
  out.pitch = Math.log2(SAMPLE_RATE / lag);
}

/** As the signal's own: circular over FFT_SIZE. */
function windowAutocorrelation(): Float64Array {
  const at = (n: number): number => HANN[n] ?? 0;
  const sums = Float64Array.from({ length: LAG_MAX + 1 }, (_, lag) => HANN.reduce((sum, w, n) => sum + w * at((n + lag) % FFT_SIZE), 0));
  return sums.map((sum) => sum / sums[0]!);
}

function readBands(power: Float64Array, out: Analysis): void {
  let total = 0;
  for (let k = 0; k < BINS; k++) total += power[k]!;
  out.level = 10 * Math.log10(total / 51_200 + 1e-10);
  for (let b = 0; b < BANDS; b++) {
    const { first, weights } = MEL[b]!;
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += power[first + i]! * weights[i]!;
    out.bands[b] = Math.log(sum + 1e-5);
  }
}

/** Triangles with corners equally spaced in mel (O'Shaughnessy's formula), linear in Hz, peak 1. */
function melBands(): Band[] {
  const mel = (hz: number): number => 2595 * Math.log10(1 + hz / 700);
  const step = (mel(HIGH_HZ) - mel(LOW_HZ)) / (BANDS + 1);
  const corner = (i: number): number => 700 * (10 ** ((mel(LOW_HZ) + i * step) / 2595) - 1);
  return Array.from({ length: BANDS }, (_, b) => {
    const [from, peak, to] = [corner(b), corner(b + 1), corner(b + 2)];
    const weights = Array.from({ length: BINS }, (__, k) => {
      const hz = (k * SAMPLE_RATE) / FFT_SIZE;
      return Math.max(0, Math.min((hz - from) / (peak - from), (to - hz) / (to - peak)));
    });
    const first = Math.max(0, weights.findIndex((w) => w > 0));
    const last = weights.findLastIndex((w) => w > 0);
    return { first, weights: Float64Array.from(weights.slice(first, last + 1)) };
  });
}
