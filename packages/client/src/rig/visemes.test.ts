import { CHANNEL, createPose, VISEME_NAMES, visemePose, WEIGHT_COUNT } from '@visavis/face';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VisemeSolver } from './visemes.js';

const ALL = VISEME_NAMES.map((_, i) => i);
const VOWELS = ['aa', 'ih', 'ou', 'E', 'oh'].map((name) => VISEME_NAMES.indexOf(name as 'aa'));

function solve(available: readonly number[], weights: Float32Array): Float32Array {
  const out = new Float32Array(VISEME_NAMES.length);
  new VisemeSolver(available).solve(weights, out, 0);
  return out;
}

describe('VisemeSolver', () => {
  it.each(VISEME_NAMES)('finds %s in its own pose', (viseme) => {
    const parts = solve(ALL, visemePose(viseme).weights);
    expect(parts[VISEME_NAMES.indexOf(viseme)]).toBeGreaterThan(0.85);
  });

  it('gives a half-spoken vowel half', () => {
    const { weights } = visemePose('aa');
    for (let i = 0; i < WEIGHT_COUNT; i++) weights[i]! *= 0.5;
    const parts = solve(ALL, weights);
    expect(parts[VISEME_NAMES.indexOf('aa')]! + parts[VISEME_NAMES.indexOf('kk')]!).toBeGreaterThan(0.4);
    expect(parts[0]).toBeGreaterThan(0.3);
  });

  it('does what it can with five vowels: lips that are shut stay shut, rounding is ou', () => {
    expect(solve(VOWELS, visemePose('PP').weights)[0]).toBeGreaterThan(0.8);
    const rounded = solve(VOWELS, visemePose('CH').weights);
    expect(Math.max(...rounded.subarray(1))).toBe(Math.max(rounded[VISEME_NAMES.indexOf('ou')]!, rounded[VISEME_NAMES.indexOf('oh')]!));
  });

  it('leaves visemes alone that a face does not have', () => {
    const parts = solve(VOWELS, visemePose('SS').weights);
    expect(ALL.filter((i) => i > 0 && !VOWELS.includes(i)).map((i) => parts[i])).toEqual(new Array(9).fill(0));
  });

  it('keeps every part and their sum within 0..1, whatever comes', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: WEIGHT_COUNT, maxLength: WEIGHT_COUNT }), (values) => {
      const parts = solve(ALL, Float32Array.from(values));
      return parts.every((part) => part >= 0 && part <= 1) && parts.subarray(1).reduce((sum, part) => sum + part, 0) <= 1.00001;
    }));
  });

  it('does not smile into a vowel', () => {
    const { weights } = createPose();
    weights[CHANNEL.mouthSmileLeft] = weights[CHANNEL.mouthSmileRight] = 1;
    expect(solve(ALL, weights)[0]).toBeCloseTo(1);
  });
});
