import { BANDS, HOP, SpectrumPair, type Analysis } from './spectrum.js';

/** Values per feature frame: bands, two levels, voicing, pitch. */
export const FEATURES = BANDS + 4;
/** Feature frames of 10 ms in one step of the network. */
export const STEP_FRAMES = 4;
export const STEP_SAMPLES = STEP_FRAMES * HOP;
/** Samples before a frame's own hop that its window covers. */
const BEFORE = 240;
const MEAN_FRAMES = 300;
const PITCH_FRAMES = 200;
const VOICED = 0.6;

/** What a step works with and leaves nothing in. All streams share it: tables of their own would fall out of the cache. */
const spectrum = new SpectrumPair();
const [first, second] = [newAnalysis(), newAnalysis()];

/**
 * What the network hears: FEATURES values every 10 ms of 16 kHz audio, causal, normalised by what the stream has been like
 * so far. Keeps 40 ms of samples. `training/trainer/features.py` is the reference and states every constant.
 */
export class FeatureStream {
  readonly #samples = new Float64Array(BEFORE + STEP_SAMPLES);
  readonly #mean = new Float64Array(BANDS);
  #filled = BEFORE;
  #floor = 0;
  #peak = 0;
  #meanFrames = 0;
  #pitch = 0;
  #pitchFrames = 0;

  constructor() {
    this.reset();
  }

  reset(): void {
    this.#samples.fill(0);
    this.#filled = BEFORE;
    this.#floor = -70;
    this.#peak = -30;
    for (let b = 0; b < BANDS; b++) this.#mean[b] = 0.5 - 0.09 * b;
    this.#meanFrames = 20;
    this.#pitch = 7.3;
    this.#pitchFrames = 20;
  }

  /** Takes samples; `onStep` gets STEP_FRAMES * FEATURES values of its own for every 40 ms of them. */
  push(samples: Float32Array, onStep: (features: Float32Array) => void): void {
    for (let taken = 0; taken < samples.length;) {
      const count = Math.min(samples.length - taken, this.#samples.length - this.#filled);
      this.#samples.set(samples.subarray(taken, taken + count), this.#filled);
      this.#filled += count;
      taken += count;
      if (this.#filled === this.#samples.length) onStep(this.#step());
    }
  }

  #step(): Float32Array {
    const out = new Float32Array(STEP_FRAMES * FEATURES);
    for (let frame = 0; frame < STEP_FRAMES; frame += 2) {
      spectrum.analyse(this.#samples, frame * HOP, first, second);
      this.#normalise(first, out, frame * FEATURES);
      this.#normalise(second, out, (frame + 1) * FEATURES);
    }
    this.#samples.copyWithin(0, STEP_SAMPLES);
    this.#filled = BEFORE;
    return out;
  }

  #normalise({ bands, level, voicing, pitch }: Analysis, out: Float32Array, at: number): void {
    this.#track(bands, level);
    const voiced = level > this.#floor + 8 ? voicing : 0;
    const strong = voiced > VOICED;
    if (strong) {
      this.#pitchFrames = Math.min(this.#pitchFrames + 1, PITCH_FRAMES);
      this.#pitch += (pitch - this.#pitch) / this.#pitchFrames;
    }
    for (let b = 0; b < BANDS; b++) out[at + b] = clip((bands[b]! - this.#mean[b]!) / 2, -4, 4);
    out[at + BANDS] = clip((level - this.#peak) / 15, -4, 1);
    out[at + BANDS + 1] = clip((level - this.#floor) / 15 - 1, -2, 4);
    out[at + BANDS + 2] = voiced;
    out[at + BANDS + 3] = strong ? clip(pitch - this.#pitch, -1, 1) : 0;
  }

  /** Noise floor, speaker's peak, and the mean spectrum of what lies well between: speech. */
  #track(bands: Float64Array, level: number): void {
    this.#floor += level < this.#floor ? 0.2 * (level - this.#floor) : Math.min(0.03, level - this.#floor);
    this.#peak += level > this.#peak ? 0.3 * (level - this.#peak) : -0.01;
    if (!(level > this.#floor + 8 && level > this.#peak - 30 && level > -75)) return;
    this.#meanFrames = Math.min(this.#meanFrames + 1, MEAN_FRAMES);
    for (let b = 0; b < BANDS; b++) this.#mean[b]! += (bands[b]! - this.#mean[b]!) / this.#meanFrames;
  }
}

function newAnalysis(): Analysis {
  return { bands: new Float64Array(BANDS), level: 0, voicing: 0, pitch: 0 };
}

function clip(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}
