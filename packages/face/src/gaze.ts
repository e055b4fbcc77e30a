import { CHANNEL } from './channels.js';
import { smooth } from './blink.js';
import { normal, uniform, type Random } from './random.js';

/** Eye direction in degrees: `yaw` to the avatar's left, `pitch` up. */
export interface Gaze {
  yaw: number;
  pitch: number;
}

/** Degrees at which an `eyeLook*` weight is 1. Rigs that turn eye nodes use the same figures. */
export const GAZE_RANGE_DEG = { horizontal: 30, vertical: 25 } as const;

/** Share of fixations that rest on the viewer's face; the rest glance away. */
const CONTACT_SHARE = 0.78;

/**
 * Saccadic gaze: fixations of a few hundred milliseconds to seconds, joined by jumps whose duration follows
 * the main sequence, 21 ms + 2.2 ms per degree (Bahill, Clark and Stark 1975), with microsaccades while fixating.
 */
export class GazeWander {
  readonly gaze: Gaze = { yaw: 0, pitch: 0 };
  readonly #random: Random;
  #from: Gaze = { yaw: 0, pitch: 0 };
  #to: Gaze = { yaw: 0, pitch: 0 };
  #startMs: number;
  #landMs: number;
  #nextMs: number;

  constructor(random: Random, startMs: number) {
    this.#random = random;
    this.#startMs = startMs;
    this.#landMs = startMs;
    this.#nextMs = startMs + uniform(random, 300, 1_200);
  }

  /** Moves `gaze` to where the eyes point at `timeMs`; returns the size in degrees of a saccade begun by this call. */
  advance(timeMs: number): number {
    const jump = timeMs >= this.#nextMs ? this.#saccade(timeMs) : 0;
    const t = smooth((timeMs - this.#startMs) / Math.max(1, this.#landMs - this.#startMs));
    this.gaze.yaw = this.#from.yaw + (this.#to.yaw - this.#from.yaw) * t;
    this.gaze.pitch = this.#from.pitch + (this.#to.pitch - this.#from.pitch) * t;
    return jump;
  }

  #saccade(timeMs: number): number {
    const contact = this.#random() < CONTACT_SHARE;
    this.#from = { ...this.gaze };
    this.#to = contact
      ? { yaw: normal(this.#random, 0, 0.9), pitch: normal(this.#random, 0.2, 0.7) }
      : { yaw: normal(this.#random, 0, 6), pitch: normal(this.#random, -1.5, 3) };
    this.#to.yaw = limit(this.#to.yaw, 14);
    this.#to.pitch = limit(this.#to.pitch, 8);
    const degrees = Math.hypot(this.#to.yaw - this.#from.yaw, this.#to.pitch - this.#from.pitch);
    this.#startMs = timeMs;
    this.#landMs = timeMs + 21 + 2.2 * degrees;
    this.#nextMs = this.#landMs + (contact ? uniform(this.#random, 500, 2_800) : uniform(this.#random, 250, 900));
    return degrees;
  }
}

function limit(value: number, bound: number): number {
  return value < -bound ? -bound : value > bound ? bound : value;
}

/** Writes a gaze into the eight `eyeLook*` weights of `values`. */
export function writeGaze({ yaw, pitch }: Gaze, values: Float32Array): void {
  const left = Math.min(1, Math.max(0, yaw) / GAZE_RANGE_DEG.horizontal);
  const right = Math.min(1, Math.max(0, -yaw) / GAZE_RANGE_DEG.horizontal);
  const up = Math.min(1, Math.max(0, pitch) / GAZE_RANGE_DEG.vertical);
  const down = Math.min(1, Math.max(0, -pitch) / GAZE_RANGE_DEG.vertical);
  values[CHANNEL.eyeLookOutLeft] = left;
  values[CHANNEL.eyeLookInRight] = left;
  values[CHANNEL.eyeLookInLeft] = right;
  values[CHANNEL.eyeLookOutRight] = right;
  values[CHANNEL.eyeLookUpLeft] = values[CHANNEL.eyeLookUpRight] = up;
  values[CHANNEL.eyeLookDownLeft] = values[CHANNEL.eyeLookDownRight] = down;
}

/** Reads the direction of one eye back from its `eyeLook*` weights, for rigs that turn eye nodes. */
export function readGaze(values: Float32Array, eye: 'left' | 'right', out: Gaze): Gaze {
  const [outward, inward, up, down] = eye === 'left' ? LEFT_EYE : RIGHT_EYE;
  const sign = eye === 'left' ? 1 : -1;
  out.yaw = sign * (values[outward]! - values[inward]!) * GAZE_RANGE_DEG.horizontal;
  out.pitch = (values[up]! - values[down]!) * GAZE_RANGE_DEG.vertical;
  return out;
}

const LEFT_EYE = [CHANNEL.eyeLookOutLeft, CHANNEL.eyeLookInLeft, CHANNEL.eyeLookUpLeft, CHANNEL.eyeLookDownLeft] as const;
const RIGHT_EYE = [CHANNEL.eyeLookOutRight, CHANNEL.eyeLookInRight, CHANNEL.eyeLookUpRight, CHANNEL.eyeLookDownRight] as const;
