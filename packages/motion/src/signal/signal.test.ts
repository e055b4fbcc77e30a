import { CHANNEL, MASK } from '@visavis/face';
import { describe, expect, it } from 'vitest';
import { AH, BABBLE, EE, MM, OO, SILENCE, SS, speak, weightOf, whiteNoise, type Sound } from '../../test/voice.js';
import { createSignalModel } from './index.js';

const model = createSignalModel();

function posesOf(samples: Float32Array): Float32Array[] {
  const stream = model.open();
  stream.push(samples);
  stream.flush();
  const poses = stream.pull();
  stream.close();
  return Array.isArray(poses) ? poses : [];
}

const opening = (values: Float32Array): number => weightOf(values, 'jawOpen') - weightOf(values, 'mouthClose');
const rounding = (values: Float32Array): number => Math.max(weightOf(values, 'mouthFunnel'), weightOf(values, 'mouthPucker'));
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;

/** The pose in the middle of a sound, spoken after an open vowel has set the level. */
function poseOf(sound: Sound): Float32Array {
  const middleMs = 200 + AH.ms + sound.ms * 0.6;
  return posesOf(speak([SILENCE, AH, sound, AH]))[Math.round(middleMs / 10)]!;
}

describe('sounds', () => {
  it('open vowels open the mouth, close ones less, sibilants hardly', () => {
    const [ah, ee, oo, ss] = [AH, EE, OO, SS].map((sound) => opening(poseOf(sound)));
    expect(ah).toBeGreaterThan(0.35);
    expect(ah).toBeLessThan(0.65);
    expect(ee).toBeLessThan(0.6 * ah!);
    expect(oo).toBeLessThan(0.6 * ah!);
    expect(ss).toBeLessThan(0.1);
  });

  it('a hum between vowels closes the lips and presses them', () => {
    const hum = poseOf(MM);
    expect(opening(hum)).toBeLessThan(0.05);
    expect(weightOf(hum, 'mouthPressLeft')).toBeGreaterThan(0.03);
  });

  it('back vowels round, front ones spread', () => {
    expect(rounding(poseOf(OO))).toBeGreaterThan(0.2);
    expect(rounding(poseOf(EE))).toBeLessThan(0.1);
    expect(weightOf(poseOf(EE), 'mouthStretchLeft')).toBeGreaterThan(0.06);
    expect(weightOf(poseOf(OO), 'mouthStretchLeft')).toBeLessThan(0.02);
  });

  it('sibilants part the lips over closed teeth', () => {
    const ss = poseOf(SS);
    expect(weightOf(ss, 'mouthLowerDownLeft')).toBeGreaterThan(0.1);
    expect(weightOf(ss, 'jawOpen')).toBeLessThan(0.12);
  });
});

describe('timing', () => {
  it('follows a vowel onset at a face\'s lag: nothing moves 60 ms ahead of it, half open within 80 ms after', () => {
    const poses = posesOf(speak([{ ms: 400 }, AH, SILENCE]));
    const half = poses.findIndex((values) => opening(values) > 0.2) * 10;
    expect(Math.max(...poses.slice(0, 34).map(opening))).toBeLessThan(0.01);
    expect(half).toBeGreaterThan(400);
    expect(half).toBeLessThan(480);
  });

  it('is closed within 150 ms after the sound ends, whatever it was', () => {
    for (const sound of [AH, EE, OO, SS, MM]) {
      const endMs = 200 + 2 * AH.ms + sound.ms;
      const poses = posesOf(speak([SILENCE, AH, AH, sound, { ms: 500 }])).slice((endMs + 150) / 10);
      const most = Math.max(...poses.map((values) => Math.max(...values.filter((_, i) => MASK.speech[i] === 1))));
      expect(most).toBeLessThan(0.05);
    }
  });

  it('needs no more look-ahead than it says', () => {
    const stream = model.open();
    stream.push(new Float32Array(model.lookaheadMs * 16));
    expect(stream.pull()).toHaveLength(1);
    stream.push(new Float32Array(159));
    expect(stream.pull()).toHaveLength(0);
  });
});

describe('robustness', () => {
  const usual = posesOf(speak([...BABBLE, ...BABBLE, SILENCE])).map(opening);

  it.each([-20, -10, 8])('a recording level of %i dB changes little', (db) => {
    const poses = posesOf(speak([...BABBLE, ...BABBLE, SILENCE], 16_000, 10 ** (db / 20))).map(opening);
    expect(mean(poses) / mean(usual)).toBeGreaterThan(0.85);
    expect(mean(poses) / mean(usual)).toBeLessThan(1.15);
  });

  it('steady noise is learnt and leaves the mouth alone', () => {
    const poses = posesOf(whiteNoise(16_000 * 7, 0.05)).slice(500).map(opening);
    expect(Math.max(...poses)).toBeLessThan(0.05);
  });

  it('speech is still seen over noise', () => {
    const speech = speak([...BABBLE, ...BABBLE, SILENCE]);
    const noise = whiteNoise(speech.length, 0.004);
    const poses = posesOf(speech.map((sample, i) => sample + noise[i]!)).map(opening);
    expect(mean(poses)).toBeGreaterThan(0.7 * mean(usual));
    expect(mean(poses)).toBeLessThan(1.3 * mean(usual));
  });

  it('clipped speech stays within range', () => {
    const poses = posesOf(speak(BABBLE, 16_000, 30).map((sample) => Math.max(-1, Math.min(1, sample))));
    expect(Math.max(...poses.map(opening))).toBeLessThan(0.7);
    expect(poses.every((values) => values.every(Number.isFinite))).toBe(true);
  });

  it('moves brows and head by small, smooth offsets', () => {
    const poses = posesOf(speak([SILENCE, ...BABBLE, ...BABBLE, SILENCE]));
    const pitch = poses.map((values) => weightOf(values, 'headPitch'));
    const degreesPerSecond = pitch.slice(1).map((angle, i) => (Math.abs(angle - pitch[i]!) * 100 * 180) / Math.PI);
    expect(Math.max(...pitch)).toBeGreaterThan(0.002);
    expect(Math.max(...pitch)).toBeLessThan(0.03);
    expect(Math.max(...degreesPerSecond)).toBeLessThan(12);
  });

  it('drives no eyes, no yaw and no roll: those are the client\'s', () => {
    for (const values of posesOf(speak(BABBLE))) {
      expect(values.every((value, i) => value === 0 || MASK.eyes[i] === 0)).toBe(true);
      expect([values[CHANNEL.headYaw], values[CHANNEL.headRoll]]).toEqual([0, 0]);
    }
  });
});
