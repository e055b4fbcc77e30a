import type { Tensors } from './batcher.js';
import { FEATURES, STEP_FRAMES } from './features.js';
import type { NetworkFrame } from './frame.js';
import type { StepLayout, Tensor } from './layout.js';
import type { NetworkManifest } from './manifest.js';
import { BANDS } from './spectrum.js';

/** How features.ts scales levels: dB a unit, and units taken off the one over the floor. */
const LEVEL_DB = 15;
const FLOOR_OFFSET = 1;

/** One stream's frames out of the rows of a batch. A frame is of the time that its features are of, one step ago or now. */
export class FrameReader {
  readonly #layout: StepLayout;
  readonly #manifest: NetworkManifest;
  /** Features of the last step and of this one. */
  readonly #features = new Float32Array(2 * STEP_FRAMES * FEATURES);
  #outputs: Tensors = {};
  #row = 0;

  constructor(layout: StepLayout, manifest: NetworkManifest) {
    this.#layout = layout;
    this.#manifest = manifest;
  }

  reset(): void {
    this.#features.fill(0);
  }

  /** A step: row `row` of its outputs, and the features it was made of. */
  begin(outputs: Tensors, row: number, features: Float32Array): void {
    this.#features.copyWithin(0, features.length);
    this.#features.set(features, features.length);
    this.#outputs = outputs;
    this.#row = row;
  }

  /** Output `i` of the step; views that are valid as long as its outputs are. */
  read(i: number): NetworkFrame {
    const { visemes, articulation, voice, arousal, motion } = this.#layout;
    const at = this.#featuresAt(i) + BANDS;
    return {
      visemes: this.#values(visemes, i), articulation: this.#values(articulation, i), motion: this.#values(motion, i),
      voice: this.#values(voice, i)[0]!, arousal: this.#values(arousal, i)[0]!,
      levelToPeak: LEVEL_DB * this.#features[at]!, levelOverFloor: LEVEL_DB * (this.#features[at + 1]! + FLOOR_OFFSET),
      voicing: this.#features[at + 2]!, pitch: this.#features[at + 3]!,
    };
  }

  #values({ name, size }: Tensor, i: number): Float32Array {
    const count = size / this.#manifest.outputsPerStep;
    const from = this.#row * size + i * count;
    return this.#outputs[name]!.subarray(from, from + count);
  }

  /** The feature frame that lies where output `i` does. */
  #featuresAt(i: number): number {
    const { outputsPerStep, delayOutputs } = this.#manifest;
    return (STEP_FRAMES + ((i - delayOutputs) * STEP_FRAMES) / outputsPerStep) * FEATURES;
  }
}
