import { existsSync, readFileSync } from 'node:fs';
import { CHANNEL, CHANNEL_COUNT, IdleLife } from '@visavis/face';
import { describe, expect, it } from 'vitest';
import { parseWav, toFloatSamples } from '../index.js';
import { FEATURES, FeatureStream } from '../network/features.js';
import { BANDS } from '../network/spectrum.js';
import { Prosody, type Sound } from './index.js';

const SPEAKING: Sound = { speech: 1, levelToPeak: -10, voicing: 0.9, pitch: 0, arousal: 0.4 };
const SILENT: Sound = { speech: 0, levelToPeak: -60, voicing: 0, pitch: 0, arousal: 0 };

function run(sounds: readonly Sound[], liveliness = 1): Float32Array[] {
  const prosody = new Prosody();
  return sounds.map((sound) => {
    const pose = new Float32Array(CHANNEL_COUNT);
    prosody.advance(sound, liveliness, pose);
    return pose;
  });
}

const repeat = (count: number, sound: Sound): Sound[] => Array.from({ length: count }, () => sound);
const most = (poses: readonly Float32Array[], channel: number): number => Math.max(...poses.map((pose) => pose[channel]!));

describe('prosody', () => {
  it('lifts the brows and nods at a stressed, high syllable, more so where livelier', () => {
    const sounds = [...repeat(60, { ...SPEAKING, levelToPeak: -18 }), ...repeat(10, { ...SPEAKING, levelToPeak: 0, pitch: 0.4 }), ...repeat(20, { ...SPEAKING, levelToPeak: -18 })];
    const [plain, lively] = [run(sounds), run(sounds, 1.3)];
    expect(most(plain.slice(60, 80), CHANNEL.browInnerUp)).toBeGreaterThan(2 * most(plain.slice(45, 60), CHANNEL.browInnerUp));
    expect(most(plain.slice(60, 80), CHANNEL.headPitch)).toBeGreaterThan(0.01);
    expect(most(lively, CHANNEL.browInnerUp)).toBeGreaterThan(1.2 * most(plain, CHANNEL.browInnerUp));
  });

  it('smiles with cheeks and eyes when excited, and narrows the eyes with effort', () => {
    const end = (sound: Sound) => run(repeat(150, sound)).at(-1)!;
    const [calm, excited, straining] = [end(SPEAKING), end({ ...SPEAKING, arousal: 0.8 }), end({ ...SPEAKING, arousal: 0.9, levelToPeak: 0 })];
    expect(excited[CHANNEL.cheekSquintLeft]).toBeGreaterThan(calm[CHANNEL.cheekSquintLeft]! + 0.05);
    expect(straining[CHANNEL.eyeSquintRight]).toBeGreaterThan(excited[CHANNEL.eyeSquintRight]! + 0.05);
  });

  it('hints at a blink in a pause after a phrase, at most once in 3 s, and in no short gap', () => {
    const blinks = (sounds: readonly Sound[]): number[] => {
      const shut = run(sounds).map((pose) => pose[CHANNEL.eyeBlinkLeft]! > 0.5);
      return shut.flatMap((now, k) => (now && !shut[k - 1] ? [k] : []));
    };
    expect(blinks([...repeat(50, SPEAKING), ...repeat(30, SILENT)])).toEqual([55]);
    expect(blinks([...repeat(50, SPEAKING), ...repeat(3, SILENT), ...repeat(50, SPEAKING)])).toEqual([]);
    expect(blinks(repeat(500, SILENT))).toEqual([]);
    expect(blinks(Array.from({ length: 20 }, () => [...repeat(35, SPEAKING), ...repeat(10, SILENT)]).flat()).length).toBeLessThanOrEqual(6);
  });

  it('is at rest again 1.5 s after speech', () => {
    const poses = run([...repeat(100, { ...SPEAKING, arousal: 1, pitch: 0.5, levelToPeak: 0 }), ...repeat(76, SILENT)]);
    expect(poses.at(-1)!.every((value) => value === 0)).toBe(true);
  });
});

/** Recorded speech, outside the repository. */
const CLIP = new URL('../../../../../shared/data/facegood/2_03.wav', import.meta.url);

describe.skipIf(!existsSync(CLIP))('over recorded speech, with the client\'s own life', () => {
  it('the head moves as far and as fast as captured speakers\' and brows stay subtle', () => {
    const sounds = soundsOf(toFloatSamples(parseWav(readFileSync(CLIP)).samples));
    const life = new IdleLife({ seed: 3 });
    const poses = run(sounds);
    const heads = poses.map((pose, k) => HEAD.map((channel) => (pose[channel]! + life.advance(20 * k).values[channel]!) * (180 / Math.PI)));
    HEAD.forEach((_, axis) => {
      const angles = heads.map((head) => head[axis]!);
      const spoken = angles.filter((__, k) => sounds[k]!.speech > 0);
      const speeds = angles.map((angle, k) => (angle - (angles[k - 1] ?? angle)) * 50).filter((__, k) => sounds[k]!.speech > 0);
      expect(deviation(spoken) / SD_DEGREES[axis]!).toBeGreaterThan(0.8);
      expect(deviation(spoken) / SD_DEGREES[axis]!).toBeLessThan(1.2);
      expect(deviation(speeds) / SPEED_DEGREES[axis]!).toBeGreaterThan(0.75);
      expect(deviation(speeds) / SPEED_DEGREES[axis]!).toBeLessThan(1.25);
    });
    expect(most(poses, CHANNEL.browInnerUp)).toBeLessThan(0.3);
  });
});

const HEAD = [CHANNEL.headYaw, CHANNEL.headPitch, CHANNEL.headRoll];
/** Of captured speakers: standard deviation in degrees, root mean square speed in degrees a second. */
const SD_DEGREES = [1.4, 1.2, 0.9];
const SPEED_DEGREES = [10.6, 6.3, 4.4];

/** Speech by level alone, held for 160 ms. */
function soundsOf(samples: Float32Array): Sound[] {
  const sounds: Sound[] = [];
  let held = 0;
  new FeatureStream().push(samples, (step) => {
    for (let frame = 0; frame < 4; frame += 2) {
      const at = frame * FEATURES + BANDS;
      held = 15 * step[at]! > -30 && step[at + 1]! > -0.2 ? 8 : held - 1;
      sounds.push({ speech: held > 0 ? 1 : 0, levelToPeak: 15 * step[at]!, voicing: step[at + 2]!, pitch: step[at + 3]!, arousal: 0.4 });
    }
  });
  return sounds;
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
