import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ARKIT_NAMES, CHANNEL, CHANNEL_COUNT, CHANNEL_NAMES, clampPose, copyPose, createPose, frameIndexAt, lerpPose, MASK, maskOf, mixLayers,
  readGaze, samplePose, EMOTIONS, emotionPose, VISEME_NAMES, visemePose, writeGaze, type Frame, type Layer, type Pose,
} from './index.js';

function poseOf(values: Partial<Record<keyof typeof CHANNEL, number>>): Pose {
  const pose = createPose();
  for (const [name, value] of Object.entries(values)) pose.values[CHANNEL[name as keyof typeof CHANNEL]] = value;
  return pose;
}

describe('channels', () => {
  it('are ARKit 52 in Apple order, then rotation and translation', () => {
    expect(ARKIT_NAMES).toHaveLength(52);
    expect(new Set(CHANNEL_NAMES).size).toBe(CHANNEL_COUNT);
    expect([ARKIT_NAMES[0], ARKIT_NAMES[7], ARKIT_NAMES[17], ARKIT_NAMES[41], ARKIT_NAMES[51]]).toEqual([
      'eyeBlinkLeft', 'eyeBlinkRight', 'jawOpen', 'browDownLeft', 'tongueOut',
    ]);
    expect(CHANNEL_NAMES.slice(52)).toEqual(['headYaw', 'headPitch', 'headRoll', 'headX', 'headY', 'headZ']);
  });
});

describe('visemes', () => {
  it('are fifteen poses of lips, jaw and tongue in range, each its own, alike left and right, owned by the caller', () => {
    const poses = VISEME_NAMES.map((viseme) => visemePose(viseme));
    expect(new Set(poses.map(({ values }) => values.join())).size).toBe(15);
    expect(poses[0]!.values.every((value) => value === 0)).toBe(true);
    for (const { values, weights } of poses) {
      expect(clampPose(createPose(values.slice())).values).toEqual(values);
      for (const name of ARKIT_NAMES) {
        if (!/^(mouth|jaw|tongue)/.test(name)) expect(weights[CHANNEL[name]]).toBe(0);
        if (name.endsWith('Left') && name !== 'mouthLeft') expect(weights[CHANNEL[name]]).toBe(weights[CHANNEL[name.replace('Left', 'Right') as typeof name]]);
      }
    }
    visemePose('aa').values.fill(1);
    expect(visemePose('aa').values).toEqual(poses[10]!.values);
  });

  it('has six emotions that change both sides alike and part no lips', () => {
    for (const emotion of EMOTIONS) {
      const { weights } = emotionPose(emotion);
      expect(weights[CHANNEL.jawOpen]! + weights[CHANNEL.mouthUpperUpLeft]! + weights[CHANNEL.mouthLowerDownLeft]!, emotion).toBe(0);
      for (const name of ARKIT_NAMES.filter((each) => each.endsWith('Left') && !/^(jaw|mouth)Left$/.test(each))) {
        expect(weights[CHANNEL[name]], name).toBe(weights[CHANNEL[name.replace(/Left$/, 'Right') as typeof name]]);
      }
      expect(weights.some((weight) => weight > 0), emotion).toBe(emotion !== 'neutral');
    }
  });
});

describe('Pose', () => {
  it('has views that share one array', () => {
    const pose = createPose();
    pose.values[CHANNEL.headPitch] = 0.25;
    pose.values[CHANNEL.headZ] = 0.5;
    expect(pose.rotation[1]).toBe(0.25);
    expect(pose.translation[2]).toBe(0.5);
    expect(pose.weights).toHaveLength(52);
  });

  it('refuses an array of another length', () => {
    expect(() => createPose(new Float32Array(52))).toThrow(RangeError);
  });

  it('copies without sharing', () => {
    const to = copyPose(poseOf({ jawOpen: 0.5 }), createPose());
    expect(to.weights[CHANNEL.jawOpen]).toBe(0.5);
  });

  it('clamps weights, keeps rotation, and turns non-finite numbers into rest', () => {
    const pose = clampPose(poseOf({ jawOpen: 3, mouthClose: -1, headYaw: -2, browInnerUp: NaN, headX: Infinity }));
    expect([pose.values[CHANNEL.jawOpen], pose.values[CHANNEL.mouthClose], pose.values[CHANNEL.browInnerUp]]).toEqual([1, 0, 0]);
    expect(pose.values[CHANNEL.headYaw]).toBe(-2);
    expect(pose.values[CHANNEL.headX]).toBe(0);
  });
});

describe('interpolation', () => {
  const frames: Frame[] = [0, 40, 80].map((timeMs, i) => ({ timeMs, pose: poseOf({ jawOpen: i / 2 }) }));

  it('blends between neighbours and holds at the ends', () => {
    const out = createPose();
    const jawAt = (timeMs: number): number => (samplePose(frames, timeMs, out), out.values[CHANNEL.jawOpen]!);
    expect([-10, 0, 20, 40, 70, 80, 500].map(jawAt)).toEqual([0, 0, 0.25, 0.5, 0.875, 1, 1]);
    expect(samplePose([], 10, out)).toBe(-1);
  });

  it('lerps every channel', () => {
    const out = lerpPose(poseOf({ headYaw: -1 }), poseOf({ headYaw: 1, tongueOut: 1 }), 0.75, createPose());
    expect([out.rotation[0], out.values[CHANNEL.tongueOut]]).toEqual([0.5, 0.75]);
  });

  it('finds the same frame whatever the hint', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 20 }), fc.integer({ min: -10, max: 520 }), fc.nat(25),
        (times, at, hint) => {
          const sorted = times.sort((a, b) => a - b).map((timeMs) => ({ timeMs, pose: createPose() }));
          const expected = sorted.filter((frame) => frame.timeMs <= at).length - 1;
          const found = frameIndexAt(sorted, at, hint);
          expect(sorted[found]?.timeMs).toBe(sorted[expected]?.timeMs);
        },
      ),
    );
  });
});

describe('layers', () => {
  const layer = (pose: Pose, extra: Partial<Layer>): Layer => ({ pose, mask: MASK.all, mode: 'replace', weight: 1, ...extra });

  it('replace cross-fades, add adds, masks keep the rest', () => {
    const out = mixLayers(
      [
        layer(poseOf({ jawOpen: 0.8, browInnerUp: 0.2 }), {}),
        layer(poseOf({ jawOpen: 0, browInnerUp: 1 }), { mask: MASK.speech, weight: 0.5 }),
        layer(poseOf({ browInnerUp: 0.3, jawOpen: 1 }), { mask: maskOf(['browInnerUp']), mode: 'add', weight: 0.5 }),
      ],
      createPose(),
    );
    expect(out.values[CHANNEL.jawOpen]).toBeCloseTo(0.4);
    expect(out.values[CHANNEL.browInnerUp]).toBeCloseTo(0.35);
  });

  it('clamps the sum and forgets what was in the output', () => {
    const full = poseOf({ mouthSmileLeft: 0.9 });
    const out = poseOf({ tongueOut: 1 });
    mixLayers([layer(full, {}), layer(full, { mode: 'add' })], out);
    expect(out.values[CHANNEL.mouthSmileLeft]).toBe(1);
    expect(out.values[CHANNEL.tongueOut]).toBe(0);
  });

  it('masks split the face without overlap', () => {
    for (let i = 0; i < CHANNEL_COUNT; i++) {
      expect(MASK.eyes[i]! + MASK.brows[i]! + MASK.head[i]! + MASK.speech[i]!).toBe(1);
    }
  });
});

describe('gaze', () => {
  it('reads back what it wrote, for both eyes', () => {
    for (const gaze of [{ yaw: 12, pitch: -5 }, { yaw: -7, pitch: 3 }]) {
      const pose = createPose();
      writeGaze(gaze, pose.values);
      for (const eye of ['left', 'right'] as const) {
        const back = readGaze(pose.values, eye, { yaw: 0, pitch: 0 });
        expect(back.yaw).toBeCloseTo(gaze.yaw, 4);
        expect(back.pitch).toBeCloseTo(gaze.pitch, 4);
      }
    }
  });
});
