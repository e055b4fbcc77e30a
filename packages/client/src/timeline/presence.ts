import { CHANNEL, createPose, maskOf, type ChannelName, type Layer, type Pose } from '@visavis/face';

/** What the avatar is doing. */
export type Presence = 'idle' | 'listening' | 'thinking' | 'speaking';

export const PRESENCES: readonly Presence[] = ['idle', 'listening', 'thinking', 'speaking'];

/** Time constant of the change from one look to another, in milliseconds. */
const CHANGE_MS = 220;
const DEGREE = Math.PI / 180;
/** Who listens or thinks does not look about: so much of the idle wandering of the eyes is held back. */
const STEADINESS = 0.7;
/** A thought looks to one side, and after half of this to the other, in milliseconds. */
const THOUGHT_MS = 5_200;
const GAZE: readonly ChannelName[] = [
  'eyeLookUpLeft', 'eyeLookUpRight', 'eyeLookDownLeft', 'eyeLookDownRight', 'eyeLookInLeft', 'eyeLookInRight', 'eyeLookOutLeft', 'eyeLookOutRight',
];

/**
 * The looks of listening and thinking, over idle life: listening keeps its eyes on the user and leans in with raised brows
 * and a slow nod now and then, thinking turns the eyes up and aside with drawn brows. The mouth is left to speech. Made of
 * the face's own channels, so every rig has them.
 */
export class PresenceLook {
  presence: Presence = 'idle';
  readonly layers: readonly Layer[];
  readonly #steady: Layer = { pose: createPose(), mask: maskOf(GAZE), mode: 'replace', weight: 0 };
  readonly #listening: Layer;
  readonly #thinking: Layer;
  #lastMs: number | undefined;

  constructor() {
    this.#listening = listeningLayer();
    this.#thinking = thinkingLayer();
    this.layers = [this.#steady, this.#listening, this.#thinking];
  }

  advance(nowMs: number): void {
    const step = 1 - Math.exp(-Math.max(0, nowMs - (this.#lastMs ?? nowMs)) / CHANGE_MS);
    this.#lastMs = nowMs;
    const { presence } = this;
    ease(this.#steady, presence === 'listening' || presence === 'thinking' ? STEADINESS : 0, step);
    ease(this.#listening, presence === 'listening' ? 1 : 0, step);
    ease(this.#thinking, presence === 'thinking' ? 1 : 0, step);
    lookAside(this.#thinking.pose, Math.tanh(3 * Math.sin((2 * Math.PI * nowMs) / THOUGHT_MS)));
    this.#listening.pose.rotation[1] = (1.5 + 2 * nod(nowMs)) * DEGREE;
  }
}

function ease(layer: Layer, weight: number, step: number): void {
  layer.weight += (weight - layer.weight) * step;
}

/** `side`: 1 is the face's left, -1 its right; the head follows a little. */
function lookAside({ weights, rotation }: Pose, side: number): void {
  weights[CHANNEL.eyeLookOutLeft] = weights[CHANNEL.eyeLookInRight] = 0.25 * Math.max(0, side);
  weights[CHANNEL.eyeLookInLeft] = weights[CHANNEL.eyeLookOutRight] = 0.25 * Math.max(0, -side);
  rotation[0] = 3 * DEGREE * side;
  rotation[2] = 2 * DEGREE * side;
}

/** A small nod of 700 ms every 4.3 s, 0..1. */
function nod(nowMs: number): number {
  const phase = nowMs % 4_300;
  return phase < 700 ? Math.sin((Math.PI * phase) / 700) ** 2 : 0;
}

function listeningLayer(): Layer {
  const pose = createPose();
  pose.weights[CHANNEL.browInnerUp] = 0.12;
  pose.weights[CHANNEL.browOuterUpLeft] = pose.weights[CHANNEL.browOuterUpRight] = 0.08;
  pose.weights[CHANNEL.eyeWideLeft] = pose.weights[CHANNEL.eyeWideRight] = 0.08;
  pose.translation[2] = 0.004;
  const mask = maskOf(['browInnerUp', 'browOuterUpLeft', 'browOuterUpRight', 'eyeWideLeft', 'eyeWideRight', 'headPitch', 'headZ']);
  return { pose, mask, mode: 'add', weight: 0 };
}

function thinkingLayer(): Layer {
  const pose = createPose();
  pose.weights[CHANNEL.eyeLookUpLeft] = pose.weights[CHANNEL.eyeLookUpRight] = 0.3;
  pose.weights[CHANNEL.browDownLeft] = pose.weights[CHANNEL.browDownRight] = 0.12;
  const mask = maskOf([
    'eyeLookUpLeft', 'eyeLookUpRight', 'eyeLookOutLeft', 'eyeLookInRight', 'eyeLookInLeft', 'eyeLookOutRight', 'browDownLeft', 'browDownRight',
    'headYaw', 'headRoll',
  ]);
  return { pose, mask, mode: 'add', weight: 0 };
}
