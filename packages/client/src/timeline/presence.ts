import { CHANNEL, createPose, maskOf, type Layer } from '@visavis/face';

/** What the avatar is doing. */
export type Presence = 'idle' | 'listening' | 'thinking' | 'speaking';

export const PRESENCES: readonly Presence[] = ['idle', 'listening', 'thinking', 'speaking'];

/** Time constant of the change from one look to another, in milliseconds. */
const CHANGE_MS = 220;
const DEGREE = Math.PI / 180;

/**
 * The looks of listening and thinking, as offsets over idle life: listening leans in with raised brows and a slow nod
 * now and then, thinking turns the eyes up and aside with drawn brows. The mouth is left to speech.
 */
export class PresenceLook {
  presence: Presence = 'idle';
  readonly layers: readonly Layer[];
  readonly #listening: Layer;
  readonly #thinking: Layer;
  #lastMs: number | undefined;

  constructor() {
    this.#listening = listeningLayer();
    this.#thinking = thinkingLayer();
    this.layers = [this.#listening, this.#thinking];
  }

  advance(nowMs: number): void {
    const step = 1 - Math.exp(-Math.max(0, nowMs - (this.#lastMs ?? nowMs)) / CHANGE_MS);
    this.#lastMs = nowMs;
    ease(this.#listening, this.presence === 'listening', step);
    ease(this.#thinking, this.presence === 'thinking', step);
    this.#listening.pose.rotation[1] = (1.5 + 2 * nod(nowMs)) * DEGREE;
  }
}

function ease(layer: Layer, on: boolean, step: number): void {
  layer.weight += ((on ? 1 : 0) - layer.weight) * step;
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
  pose.weights[CHANNEL.eyeLookOutLeft] = pose.weights[CHANNEL.eyeLookInRight] = 0.25;
  pose.weights[CHANNEL.browDownLeft] = pose.weights[CHANNEL.browDownRight] = 0.12;
  pose.rotation[0] = 3 * DEGREE;
  pose.rotation[2] = 2 * DEGREE;
  const mask = maskOf([
    'eyeLookUpLeft', 'eyeLookUpRight', 'eyeLookOutLeft', 'eyeLookInRight', 'browDownLeft', 'browDownRight',
    'headYaw', 'headRoll',
  ]);
  return { pose, mask, mode: 'add', weight: 0 };
}
