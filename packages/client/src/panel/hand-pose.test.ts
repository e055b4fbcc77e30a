import { ARKIT_NAMES, CHANNEL, createPose, emotionPose, VISEME_NAMES, visemePose } from '@visavis/face';
import { describe, expect, it } from 'vitest';
import { SHAPE_GROUPS } from './groups.js';
import { HandPose, ROUND_STEP_MS } from './hand-pose.js';

const talking = createPose();
talking.weights.fill(0.25);

describe('a hand on a face', () => {
  it('that does nothing leaves the pose as it is, and that pose alone', () => {
    const hand = new HandPose();
    expect([...hand.shape(talking, 0).values]).toEqual([...talking.values]);
    hand.hold('jawOpen', 1);
    hand.shape(talking, 16);
    expect(talking.weights[CHANNEL.jawOpen]).toBe(0.25);
  });

  it('holds a channel, whatever the face does meanwhile, until it lets go', () => {
    const hand = new HandPose();
    hand.hold('jawOpen', 0.5);
    hand.hold('headYaw', -0.2);
    const shaped = hand.shape(talking, 0).values;
    expect([shaped[CHANNEL.jawOpen], shaped[CHANNEL.headYaw], shaped[CHANNEL.browInnerUp]]).toEqual([0.5, Math.fround(-0.2), 0.25]);
    hand.release('jawOpen');
    expect(hand.shape(talking, 16).weights[CHANNEL.jawOpen]).toBe(0.25);
  });

  it.each(VISEME_NAMES)('holds the mouth at %s and leaves the eyes alone', (viseme) => {
    const hand = new HandPose();
    hand.speak(viseme);
    hand.shape(talking, 0);
    const shaped = hand.shape(talking, 5_000).weights;
    const target = visemePose(viseme).weights;
    expect(shaped[CHANNEL.jawOpen]).toBeCloseTo(target[CHANNEL.jawOpen]!, 3);
    expect(shaped[CHANNEL.mouthPucker]).toBeCloseTo(target[CHANNEL.mouthPucker]!, 3);
    expect(shaped[CHANNEL.eyeBlinkLeft]).toBe(0.25);
  });

  it('comes to a viseme and leaves it without a jump', () => {
    const hand = new HandPose();
    const rest = createPose();
    let before = 0;
    let largest = 0;
    for (let ms = 0; ms < 2_000; ms += 16) {
      if (ms === 160) hand.speak('aa');
      if (ms === 960) hand.speak(undefined);
      const jaw = hand.shape(rest, ms).weights[CHANNEL.jawOpen]!;
      largest = Math.max(largest, Math.abs(jaw - before));
      before = jaw;
    }
    expect(largest).toBeGreaterThan(0.01);
    expect(largest).toBeLessThan(0.15);
    expect(before).toBeLessThan(0.001);
  });

  it('goes once through all visemes in order', () => {
    const hand = new HandPose();
    hand.speakAll();
    const seen = new Set<string | undefined>();
    for (let ms = 0; ms < ROUND_STEP_MS * 20; ms += 50) {
      hand.shape(talking, 10_000 + ms);
      seen.add(hand.viseme);
    }
    expect([...seen]).toEqual([...VISEME_NAMES, undefined]);
  });

  it('feels an emotion over what the face does, and less of it where it is told so', () => {
    const hand = new HandPose();
    hand.feel('happy', 0.5);
    hand.shape(talking, 0);
    const smile = hand.shape(talking, 5_000).weights[CHANNEL.mouthSmileLeft]!;
    expect(smile).toBeCloseTo(0.25 + emotionPose('happy').weights[CHANNEL.mouthSmileLeft]! / 2, 3);
  });

  it('turns the eyes, rests them where it is told to, and lets all go', () => {
    const hand = new HandPose();
    hand.look({ yaw: 15, pitch: 0 });
    hand.isAlive = false;
    const shaped = hand.shape(talking, 0).weights;
    expect([shaped[CHANNEL.eyeLookOutLeft], shaped[CHANNEL.eyeLookUpLeft], shaped[CHANNEL.jawOpen]]).toEqual([0.5, 0, 0]);
    hand.reset();
    expect([...hand.shape(talking, 16).values]).toEqual([...talking.values]);
  });
});

describe('the groups of sliders', () => {
  it('have each of the 52 shapes once', () => {
    expect(SHAPE_GROUPS.flatMap(({ names }) => names).sort()).toEqual([...ARKIT_NAMES].sort());
  });
});
