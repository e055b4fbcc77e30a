import { CHANNEL_COUNT } from './channels.js';
import type { Frame, Pose } from './pose.js';

/**
 * Linear blend of two poses into `out`, `t` in [0, 1]. Angles blend as numbers: exact enough for heads,
 * whose rotations stay well inside +-90 degrees.
 */
export function lerpPose(from: Pose, to: Pose, t: number, out: Pose): Pose {
  for (let i = 0; i < CHANNEL_COUNT; i++) {
    const a = from.values[i]!;
    out.values[i] = a + (to.values[i]! - a) * t;
  }
  return out;
}

/**
 * Index of the last frame whose time is at or before `timeMs`, or -1. `frames` is in time order.
 * Starts at `hint`, so that a clock that moves forward costs one comparison.
 */
export function frameIndexAt(frames: readonly Frame[], timeMs: number, hint = 0): number {
  let low = 0;
  let high = frames.length - 1;
  const at = frames[hint];
  if (at && at.timeMs <= timeMs) {
    const next = frames[hint + 1];
    if (!next || next.timeMs > timeMs) return hint;
    low = hint + 1;
  } else if (at) high = hint - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (frames[middle]!.timeMs <= timeMs) low = middle + 1;
    else high = middle - 1;
  }
  return high;
}

/**
 * The pose at `timeMs` between its two neighbouring frames, into `out`. Before the first frame it is the first,
 * after the last it is the last. Returns the index used as the next call's `hint`, or -1 where there are no frames.
 */
export function samplePose(frames: readonly Frame[], timeMs: number, out: Pose, hint = 0): number {
  if (frames.length === 0) return -1;
  const index = frameIndexAt(frames, timeMs, Math.max(0, hint));
  const from = frames[Math.max(0, index)]!;
  const to = frames[index + 1];
  const span = to ? to.timeMs - from.timeMs : 0;
  const t = index < 0 || span <= 0 ? 0 : Math.min(1, (timeMs - from.timeMs) / span);
  lerpPose(from.pose, t > 0 ? to!.pose : from.pose, t, out);
  return Math.max(0, index);
}
