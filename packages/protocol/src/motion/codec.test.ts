import { CHANNEL_COUNT, createPose, MASK, type Pose } from '@visavis/face';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VisavisError } from '../errors/index.js';
import { MotionChunkSchema, type MotionChunk } from '../gen/message.js';
import { create, decode, encode } from '../wire/index.js';
import { decodeMotion, encodeMotion, MAX_CHUNK_FRAMES, ROTATION_STEP, TRANSLATION_STEP, WEIGHT_STEP } from './index.js';

const poseArb: fc.Arbitrary<Pose> = fc
  .tuple(
    fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 52, maxLength: 52 }),
    fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }),
    fc.array(fc.double({ min: -0.4, max: 0.4, noNaN: true }), { minLength: 3, maxLength: 3 }),
  )
  .map(([weights, rotation, translation]) => createPose(Float32Array.from([...weights, ...rotation, ...translation])));
const maskArb = fc.array(fc.boolean(), { minLength: CHANNEL_COUNT, maxLength: CHANNEL_COUNT }).map((on) => Uint8Array.from(on, Number));
const motionArb = fc.record({
  fps: fc.integer({ min: 25, max: 60 }), firstFrame: fc.nat(1_000_000), mask: maskArb, poses: fc.array(poseArb, { minLength: 1, maxLength: 12 }),
});

const tolerance = (channel: number): number =>
  (channel < 52 ? WEIGHT_STEP : channel < 55 ? ROTATION_STEP : TRANSLATION_STEP) / 2 + 1e-6;

/** Decodes, or gives the code of the error. Anything but an `invalidAnimationData` is thrown on. */
function attempt(chunk: MotionChunk): ReturnType<typeof decodeMotion> | 'refused' {
  try {
    return decodeMotion(chunk);
  } catch (error) {
    if (VisavisError.isInstance(error) && error.code === 'invalidAnimationData') return 'refused';
    throw error;
  }
}

describe('the motion codec', () => {
  it('gives back every driven channel within half a step, the others at rest, at the right times', () => {
    fc.assert(
      fc.property(motionArb, (motion) => {
        const wire = encode(MotionChunkSchema, encodeMotion(motion));
        const back = decodeMotion(decode(MotionChunkSchema, wire));
        expect(back.mask).toEqual(motion.mask);
        expect(back.frames.map(({ timeMs }) => timeMs)).toEqual(motion.poses.map((_, i) => ((motion.firstFrame + i) * 1000) / motion.fps));
        motion.poses.forEach((pose, i) => {
          for (let channel = 0; channel < CHANNEL_COUNT; channel++) {
            const value = back.poses[i]!.values[channel]!;
            if (!motion.mask[channel]) expect(value).toBe(0);
            else expect(Math.abs(value - pose.values[channel]!)).toBeLessThanOrEqual(tolerance(channel));
          }
        });
      }),
    );
  });

  it('is stable: encoding what was decoded gives the same bytes', () => {
    fc.assert(
      fc.property(motionArb, (motion) => {
        const chunk = encodeMotion(motion);
        expect(encodeMotion(decodeMotion(chunk)).data).toEqual(chunk.data);
      }),
    );
  });

  it('refuses a chunk cut at any byte', () => {
    fc.assert(
      fc.property(motionArb, (motion) => {
        const chunk = encodeMotion(motion);
        for (let length = 0; length < chunk.data.length; length++) {
          expect(attempt(create(MotionChunkSchema, { ...chunk, data: chunk.data.subarray(0, length) }))).toBe('refused');
        }
        expect(attempt(create(MotionChunkSchema, { ...chunk, data: Uint8Array.from([...chunk.data, 0]) }))).toBe('refused');
      }),
      { numRuns: 30 },
    );
  });

  it('gives valid poses or a coded error for random bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }), maskArb, fc.nat(MAX_CHUNK_FRAMES + 5), fc.nat(80),
        (data, mask, frameCount, fps) => {
          const { channelMask } = encodeMotion({ fps: 30, firstFrame: 0, mask, poses: [createPose()] });
          const result = attempt(create(MotionChunkSchema, { schema: 1, fps, frameCount, channelMask, data }));
          if (result === 'refused') return;
          for (const { weights, values } of result.poses) {
            expect(weights.every((weight) => weight >= 0 && weight <= 1)).toBe(true);
            expect(values.every((value) => Number.isFinite(value))).toBe(true);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('refuses another layout, channels that do not exist, and numbers out of range', () => {
    const chunk = encodeMotion({ fps: 30, firstFrame: 0, mask: MASK.all, poses: [createPose()] });
    const spoilt = [
      { schema: 2 }, { schema: 0 }, { fps: 24 }, { fps: 61 }, { frameCount: 0 }, { frameCount: MAX_CHUNK_FRAMES + 1 }, { firstFrame: 0xffffffff },
      { channelMask: new Uint8Array(8).fill(255) }, { channelMask: new Uint8Array(9).fill(1) },
    ];
    for (const change of spoilt) expect(attempt(create(MotionChunkSchema, { ...chunk, ...change }))).toBe('refused');
    expect(attempt(chunk)).not.toBe('refused');
  });

  it('clamps what a caller gives out of range', () => {
    const pose = createPose();
    pose.values.set([2, -1, NaN]);
    const back = decodeMotion(encodeMotion({ fps: 30, firstFrame: 0, mask: MASK.all, poses: [pose] })).poses[0]!;
    expect([...back.values.subarray(0, 3)]).toEqual([1, 0, 0]);
    expect(() => encodeMotion({ fps: 30, firstFrame: 0, mask: MASK.all, poses: [] })).toThrow(/1 to 600 frames/);
  });

  it('reads a view at an offset into a larger buffer', () => {
    const wire = encode(MotionChunkSchema, encodeMotion({ fps: 30, firstFrame: 3, mask: MASK.speech, poses: [createPose()] }));
    const padded = new Uint8Array(wire.length + 9).fill(255);
    padded.set(wire, 5);
    expect(decodeMotion(decode(MotionChunkSchema, padded.subarray(5, 5 + wire.length))).firstFrame).toBe(3);
  });

  it('costs next to nothing at rest and a byte or less a changing value', () => {
    const rest = encodeMotion({ fps: 30, firstFrame: 0, mask: MASK.all, poses: Array.from({ length: 12 }, () => createPose()) });
    expect(rest.data.length).toBeLessThanOrEqual(Math.ceil((2 * CHANNEL_COUNT) / 8));
    const poses = Array.from({ length: 12 }, (_, i) => {
      const pose = createPose();
      pose.weights.fill(0.3 + 0.05 * Math.sin(i / 2), 17, 41);
      return pose;
    });
    expect(encodeMotion({ fps: 30, firstFrame: 0, mask: MASK.speech, poses }).data.length).toBeLessThan(24 * 12 * 0.75);
  });
});
