import { CHANNEL_COUNT, ROTATION_OFFSET, TRANSLATION_OFFSET, WEIGHT_COUNT } from './channels.js';

/**
 * One face at one instant. All views share `values`, so copying a pose is one typed-array copy.
 * Weights are in [0, 1]; rotation is yaw, pitch, roll in radians; translation is x, y, z in metres.
 */
export interface Pose {
  /** All 58 channels, in the order of `CHANNEL_NAMES`. */
  readonly values: Float32Array;
  /** The 52 ARKit weights: a view of `values`. */
  readonly weights: Float32Array;
  /** Yaw, pitch, roll: a view of `values`. */
  readonly rotation: Float32Array;
  /** x, y, z: a view of `values`. */
  readonly translation: Float32Array;
}

/** A pose and the time it must be seen at, in milliseconds from the utterance's first audio sample. */
export interface Frame {
  readonly timeMs: number;
  readonly pose: Pose;
}

/** A resting pose over `values` (58 floats), or over a new array. Throws RangeError on another length. */
export function createPose(values: Float32Array = new Float32Array(CHANNEL_COUNT)): Pose {
  if (values.length !== CHANNEL_COUNT) {
    throw new RangeError(`a pose has ${CHANNEL_COUNT} channels, got ${values.length}`);
  }
  return {
    values,
    weights: values.subarray(0, WEIGHT_COUNT),
    rotation: values.subarray(ROTATION_OFFSET, TRANSLATION_OFFSET),
    translation: values.subarray(TRANSLATION_OFFSET, CHANNEL_COUNT),
  };
}

export function copyPose(from: Pose, to: Pose): Pose {
  to.values.set(from.values);
  return to;
}

export function resetPose(pose: Pose): Pose {
  pose.values.fill(0);
  return pose;
}

/** Clamps weights to [0, 1] and turns non-finite numbers into rest, in place. */
export function clampPose(pose: Pose): Pose {
  clampChannels(pose.values);
  return pose;
}

/** The same of a pose's 58 values, before there is a pose of them. */
export function clampChannels(values: Float32Array): void {
  for (let i = 0; i < CHANNEL_COUNT; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) values[i] = 0;
    else if (i < WEIGHT_COUNT) values[i] = value < 0 ? 0 : value > 1 ? 1 : value;
  }
}
