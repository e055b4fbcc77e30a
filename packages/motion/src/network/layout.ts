import { FEATURES, STEP_FRAMES } from './features.js';
import { ARTICULATORS, MOTION_CHANNELS, VISEMES } from './frame.js';
import type { NetworkManifest } from './manifest.js';
import { PlainState, RingState, type RingShape, type StreamState } from './state.js';

/** One input or output of the graph: the streams' dimension comes first, then `shape`. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Values of one stream. */
  readonly size: number;
}

/** Something that every stream carries from step to step: an input of the graph, and the output called the same with `_next`. */
export interface StateTensors {
  readonly input: Tensor;
  readonly output: Tensor;
  /** A new stream's. */
  create(): StreamState;
}

/** What goes into a step of the graph and what comes out of it. */
export interface StepLayout {
  readonly features: Tensor;
  readonly states: readonly StateTensors[];
  readonly visemes: Tensor;
  readonly articulation: Tensor;
  readonly voice: Tensor;
  readonly arousal: Tensor;
  readonly motion: Tensor;
}

export function layoutOf({ outputsPerStep, states, rings }: NetworkManifest): StepLayout {
  return {
    features: tensor('x', STEP_FRAMES, FEATURES),
    states: [...states.map(({ name, shape }) => plain(name, shape)), ...rings.map(({ name, ...shape }) => ring(name, shape))],
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

function plain(name: string, shape: readonly number[]): StateTensors {
  const input = tensor(name, ...shape);
  return { input, output: tensor(`${name}_next`, ...shape), create: () => new PlainState(input.size) };
}

function ring(name: string, shape: RingShape): StateTensors {
  const { dilations: { length }, taps, width } = shape;
  return { input: tensor(name, length, taps, width), output: tensor(`${name}_next`, length, width), create: () => new RingState(shape) };
}

function tensor(name: string, ...shape: number[]): Tensor {
  return { name, shape, size: shape.reduce((product, count) => product * count, 1) };
}
