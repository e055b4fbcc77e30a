import { MotionChunkSchema, type MotionChunk } from '../../../packages/protocol/src/gen/message.js';
import { decodeMotion, encodeMotion } from '../../../packages/protocol/src/motion/index.js';
import { decode } from '../../../packages/protocol/src/wire/index.js';
import { check, expecting, type Target } from '../target.js';
import { GOLDEN } from './golden.js';

/** The motion codec. The input is a chunk in protobuf's form; its envelope is another target's. */
export const motionChunk: Target = {
  name: 'motion-chunk',
  maxBytes: 4096,
  files: ['protocol/src/motion/'],
  protobufAt: 0,
  seeds: () => GOLDEN.motion,
  run(input) {
    const chunk = parse(input);
    const motion = chunk && expecting(['invalidAnimationData'], () => decodeMotion(chunk));
    if (!motion) return;
    check(motion.poses.every(({ values }) => values.every((value) => Number.isFinite(value))), 'every value is a number');
    check(motion.poses.every(({ weights }) => weights.every((weight) => weight >= 0 && weight <= 1)), 'every weight is in 0..1');
    const again = decodeMotion(encodeMotion(motion));
    check(again.frames.length === motion.frames.length, 'no frame is lost');
    check(again.frames.every(({ timeMs, pose }, i) => {
      const before = motion.frames[i]!;
      return timeMs === before.timeMs && pose.values.every((value, channel) => value === before.pose.values[channel]);
    }), 'decoded motion comes back from encoding as it was');
  },
};

function parse(input: Uint8Array): MotionChunk | undefined {
  try {
    return decode(MotionChunkSchema, input);
  } catch {
    return undefined;
  }
}
