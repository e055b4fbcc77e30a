/** The viseme table of @visavis/face, seen on the default avatar. */
import { VISEME_NAMES, visemePose, type Viseme } from '@visavis/face';
import { beforeAll, expect, it } from 'vitest';
import { roundingOf, weight } from '../track.js';
import { loadLipGap, type LipGap } from './lip-gap.js';

let lipGap: LipGap;
beforeAll(async () => { lipGap = await loadLipGap(new URL('../../../avatars/ava/', import.meta.url)); });

const gap = (viseme: Viseme): number => lipGap(visemePose(viseme).values);
const rounding = (viseme: Viseme): number => roundingOf([visemePose(viseme).values])[0]!;

it('closes the lips in PP and silence and in nothing else', () => {
  expect(VISEME_NAMES.filter((viseme) => gap(viseme) < 1)).toEqual(['sil', 'PP']);
});

it('opens vowels as wide as they are', () => {
  for (const vowel of ['aa', 'E', 'ih', 'oh'] as const) expect(gap(vowel)).toBeGreaterThan(3);
  expect(gap('aa')).toBeGreaterThan(gap('E'));
  expect(gap('E')).toBeGreaterThan(gap('ih'));
  expect(gap('oh')).toBeGreaterThan(gap('ou'));
});

it('brings the lower lip up to the teeth in FF: the lips come near and do not meet', () => {
  expect(gap('FF')).toBeLessThan(2);
  expect(weight(visemePose('FF').values, 'mouthRollLower')).toBeGreaterThan(0.3);
});

it('rounds ou most, oh and CH much, and spreads ih', () => {
  expect(VISEME_NAMES.filter((viseme) => rounding(viseme) > 0.35)).toEqual(['CH', 'oh', 'ou']);
  expect(rounding('ou')).toBeGreaterThan(rounding('oh'));
  expect(rounding('ih')).toBe(0);
  expect(weight(visemePose('ih').values, 'mouthStretchRight')).toBe(weight(visemePose('ih').values, 'mouthStretchLeft'));
});
