import { CHANNEL, CHANNEL_COUNT } from '@visavis/face';
import { Mood } from '../expression/index.js';
import type { MotionStream, StreamOptions } from '../model.js';
import { Accent } from './accent.js';
import { ArticulationReader, type Articulation, type ArticulatorName } from './articulation.js';
import { Follower } from './dynamics.js';
import { LevelTracker } from './levels.js';
import { HOP, SAMPLE_RATE, SPECTRUM_AHEAD, SpectrumStream } from './spectrum.js';
import { writeMouth } from './weights.js';

/** Analyses after its own time that a pose waits for. */
const AHEAD = 4;
const POSE_MS = (HOP * 1000) / SAMPLE_RATE;
/** Audio after its own time that a pose needs, in milliseconds: 52.5. */
export const LOOKAHEAD_MS = ((AHEAD * HOP + SPECTRUM_AHEAD) * 1000) / SAMPLE_RATE;

/** One utterance through the signal model. Keeps 25 ms of samples, 4 s of noise floor, and the poses not yet pulled. */
export class SignalStream implements MotionStream {
  readonly #spectrum = new SpectrumStream();
  readonly #levels = new LevelTracker();
  readonly #reader = new ArticulationReader();
  readonly #accent = new Accent();
  readonly #target: Articulation = { jaw: 0, closure: 0, rounding: 0, spread: 0, sibilant: 0, hush: 0, tuck: 0 };
  readonly #now: Articulation = { ...this.#target };
  readonly #followers = createFollowers();
  readonly #mood: Mood;
  readonly #originMs: number;
  #poses: Float32Array[] = [];
  #samples = 0;
  #analyses = 0;

  constructor({ expression, originMs }: StreamOptions = { expression: {}, originMs: 0 }) {
    this.#mood = new Mood(expression);
    this.#originMs = originMs;
  }

  push(samples: Float32Array): void {
    this.#samples += samples.length;
    this.#spectrum.push(samples, (bands) => this.#analysed(bands));
  }

  pull(): Float32Array[] {
    const ready = this.#poses;
    this.#poses = [];
    return ready;
  }

  flush(): void {
    const due = Math.ceil(this.#samples / HOP);
    const silence = new Float32Array(HOP);
    while (this.#analyses < due + AHEAD && due > 0) this.#spectrum.push(silence, (bands) => this.#analysed(bands));
  }

  reset(): void {
    this.#spectrum.reset();
    this.#levels.reset();
    this.#reader.reset();
    this.#accent.reset();
    for (const [, follower] of this.#followers) follower.reset();
    this.#poses = [];
    this.#samples = 0;
    this.#analyses = 0;
  }

  close(): void {
    this.#poses = [];
  }

  /** Analysis k moves the face to its pose at k - AHEAD. */
  #analysed(bands: Float64Array): void {
    const level = this.#levels.update(bands);
    this.#reader.read(this.#levels.relative, level, this.#target);
    for (const [name, follower] of this.#followers) this.#now[name] = follower.advance(this.#target[name]);
    this.#accent.advance(level);
    if (++this.#analyses > AHEAD) this.#poses.push(this.#pose(this.#originMs + (this.#analyses - AHEAD - 1) * POSE_MS));
  }

  #pose(timeMs: number): Float32Array {
    const values = new Float32Array(CHANNEL_COUNT);
    writeMouth(this.#now, values);
    values[CHANNEL.browInnerUp] = this.#accent.brow;
    values[CHANNEL.browOuterUpLeft] = values[CHANNEL.browOuterUpRight] = 0.6 * this.#accent.brow;
    values[CHANNEL.headPitch] = this.#accent.pitch;
    this.#mood.apply(values, timeMs);
    return values;
  }
}

/**
 * Inertia per articulator: time constant of each pole in ms, then frames of the look-ahead given back.
 * The jaw is slow, lips are quick, a closure is quickest, rounding and spreading start ahead of their sound.
 */
function createFollowers(): [ArticulatorName, Follower][] {
  return [
    ['jaw', new Follower(24, 3)],
    ['closure', new Follower(8, 3)],
    ['rounding', new Follower(28, 0)],
    ['spread', new Follower(22, 0)],
    ['sibilant', new Follower(12, 2)],
    ['hush', new Follower(16, 1)],
    ['tuck', new Follower(12, 2)],
  ];
}
