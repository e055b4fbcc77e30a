import { FEATURES, STEP_FRAMES } from './features.js';
import { ARTICULATORS, MOTION_CHANNELS, VISEMES } from './frame.js';
import type { NetworkManifest } from './manifest.js';

/** One input or output of the graph: the streams' dimension comes first, then `shape`. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Values of one stream. */
  readonly size: number;
}

/** What goes into a step of the graph and what comes out of it. */
export interface StepLayout {
  readonly features: Tensor;
  readonly states: readonly { readonly input: Tensor; readonly output: Tensor }[];
  readonly visemes: Tensor;
  readonly articulation: Tensor;
  readonly voice: Tensor;
  readonly arousal: Tensor;
  readonly motion: Tensor;
}

export function layoutOf({ outputsPerStep, states }: NetworkManifest): StepLayout {
  return {
    features: tensor('x', STEP_FRAMES, FEATURES),
    states: states.map(({ name, shape }) => ({ input: tensor(name, ...shape), output: tensor(`${name}_next`, ...shape) })),
    visemes: tensor('visemes', outputsPerStep, VISEMES.length),
    articulation: tensor('articulation', outputsPerStep, ARTICULATORS.length),
    voice: tensor('voice', outputsPerStep),
    arousal: tensor('arousal', outputsPerStep),
    motion: tensor('motion', outputsPerStep, MOTION_CHANNELS.length),
  };
}

export function inputsOf({ features, states }: StepLayout): Tensor[] {
  return [features, ...states.map(({ input }) => input)];
}

/** Those that say what a face does, without the states. */
export function curvesOf({ visemes, articulation, voice, arousal, motion }: StepLayout): Tensor[] {
  return [visemes, articulation, voice, arousal, motion];
}

export function outputsOf(layout: StepLayout): Tensor[] {
  return [...curvesOf(layout), ...layout.states.map(({ output }) => output)];
}

function tensor(name: string, ...shape: number[]): Tensor {
  return { name, shape, size: shape.reduce((product, count) => product * count, 1) };
}
