/** What a pose means for a drawn face: lids, gaze and brows of each side, and the head. */
import { CHANNEL, GAZE_RANGE_DEG, readGaze, type Gaze, type Pose } from '@visavis/face';

export interface DrawnSide {
  /** 0 open .. 1 shut. */
  lid: number;
  /** To the avatar's left and up, -1..1. */
  gazeX: number;
  gazeY: number;
  /** -1 lowered .. 1 raised. */
  raise: number;
  /** -1 worried .. 1 angry. */
  anger: number;
}

export class DrawnFace {
  readonly left: DrawnSide = { lid: 0, gazeX: 0, gazeY: 0, raise: 0, anger: 0 };
  readonly right: DrawnSide = { lid: 0, gazeX: 0, gazeY: 0, raise: 0, anger: 0 };
  readonly #gaze: Gaze = { yaw: 0, pitch: 0 };

  /** `weights` are those of the face, `pose` says the rest. */
  set(weights: Float32Array, pose: Pose): void {
    this.#setSide(this.left, 'left', weights, pose);
    this.#setSide(this.right, 'right', weights, pose);
  }

  #setSide(out: DrawnSide, side: 'left' | 'right', weights: Float32Array, { values }: Pose): void {
    const { blink, squint, wide, down, outer } = SIDES[side];
    out.lid = clamp(weights[blink]! + 0.45 * weights[squint]! - 0.2 * weights[wide]!);
    const { yaw, pitch } = readGaze(values, side, this.#gaze);
    out.gazeX = yaw / GAZE_RANGE_DEG.horizontal;
    out.gazeY = pitch / GAZE_RANGE_DEG.vertical;
    out.raise = 0.6 * weights[CHANNEL.browInnerUp]! + 0.6 * weights[outer]! - 0.7 * weights[down]!;
    out.anger = weights[down]! - weights[CHANNEL.browInnerUp]!;
  }
}

const SIDES = {
  left: { blink: CHANNEL.eyeBlinkLeft, squint: CHANNEL.eyeSquintLeft, wide: CHANNEL.eyeWideLeft, down: CHANNEL.browDownLeft, outer: CHANNEL.browOuterUpLeft },
  right: { blink: CHANNEL.eyeBlinkRight, squint: CHANNEL.eyeSquintRight, wide: CHANNEL.eyeWideRight, down: CHANNEL.browDownRight, outer: CHANNEL.browOuterUpRight },
} as const;

function clamp(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}
