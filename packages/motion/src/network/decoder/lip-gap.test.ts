import { CHANNEL, CHANNEL_COUNT } from '@visavis/face';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { loadLipGap } from '../../../../../bench/motion/face/lip-gap.js';
import { channelsOf } from '../../expression/index.js';
import { estimateLipGap, joinLips, partLips } from './lip-gap.js';

/** Weights that speech has, by name; sides alike. */
const RANGES = {
  mouthFunnel: 0.5, mouthPucker: 0.6, mouthSmile: 0.5, mouthStretch: 0.4, mouthLowerDown: 0.5, mouthUpperUp: 0.4, mouthPress: 0.5, mouthRollLower: 0.6,
  mouthRollUpper: 0.4, mouthDimple: 0.4, mouthShrugUpper: 0.3, mouthShrugLower: 0.3, mouthFrown: 0.4, noseSneer: 0.2, cheekPuff: 0.15, jawForward: 0.1,
};
/** Evenly spread: fast-check's own doubles are mostly next to nothing. */
const weight = (max: number) => fc.nat(1000).map((part) => (part / 1000) * max);
const pose = fc.record({ jaw: weight(0.15), close: weight(1), rest: fc.dictionary(fc.constantFrom(...Object.keys(RANGES)), weight(1), { maxKeys: 6 }) })
  .map(({ jaw, close, rest }) => {
    const values = new Float32Array(CHANNEL_COUNT);
    values[CHANNEL.jawOpen] = jaw;
    values[CHANNEL.mouthClose] = jaw * close;
    for (const [name, share] of Object.entries(rest)) for (const channel of channelsOf(name)) values[channel] = share * RANGES[name as keyof typeof RANGES];
    return values;
  });

it('the estimate is within 0.6 mm of the avatar\'s own shapes where lips nearly touch, and parted lips are apart', async () => {
  const exact = await loadLipGap(new URL('../../../../../avatars/ava/', import.meta.url));
  let near = 0;
  fc.assert(fc.property(pose, (values) => {
    const gap = exact(values);
    if (Math.abs(gap - 1) > 1) return;
    near++;
    expect(Math.abs(estimateLipGap(values) - gap)).toBeLessThan(0.6);
    partLips(values, 1.6, false);
    expect(exact(values)).toBeGreaterThan(1);
  }), { numRuns: 3000, seed: 11 });
  expect(near).toBeGreaterThan(300);
});

it('joined lips touch, by no more of mouthClose than that takes', async () => {
  const exact = await loadLipGap(new URL('../../../../../avatars/ava/', import.meta.url));
  /** What parts lips beyond the jaw is taken out of a closure before, but for the funnel. */
  const PARTING = new Set(['mouthLowerDown', 'mouthUpperUp', 'mouthShrugUpper']);
  fc.assert(fc.property(pose, weight(0.6), (values, jaw) => {
    for (const name of PARTING) for (const channel of channelsOf(name)) values[channel] = 0;
    values[CHANNEL.jawOpen] = jaw;
    joinLips(values, 0.3, 0.06);
    expect(exact(values)).toBeLessThan(1);
    expect(values[CHANNEL.mouthClose]).toBeLessThanOrEqual(values[CHANNEL.jawOpen]!);
    expect(values[CHANNEL.mouthClose]).toBeGreaterThanOrEqual(jaw - 0.061);
  }), { numRuns: 2000, seed: 12 });
  const shut = new Float32Array(CHANNEL_COUNT);
  shut[CHANNEL.jawOpen] = 0.01;
  joinLips(shut, 0.3, 0.06);
  expect(shut[CHANNEL.mouthClose]).toBe(0);
});

it('parts lips by the upper one alone where asked to, and leaves those alone that are apart', () => {
  const values = new Float32Array(CHANNEL_COUNT);
  partLips(values, 1.5, true);
  expect(values[CHANNEL.mouthUpperUpLeft]).toBeGreaterThan(0.3);
  expect(values[CHANNEL.mouthLowerDownLeft]).toBe(0);
  const open = Float32Array.from(values);
  partLips(open, 1, false);
  expect(open).toEqual(values);
});
