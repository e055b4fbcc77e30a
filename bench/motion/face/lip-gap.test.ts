import { createPose, type ArkitName, CHANNEL } from '@visavis/face';
import { beforeAll, expect, it } from 'vitest';
import { loadLipGap, type LipGap } from './lip-gap.js';

let lipGap: LipGap;
beforeAll(async () => { lipGap = await loadLipGap(new URL('../../../avatars/ava/', import.meta.url)); });

function gapOf(weights: Partial<Record<ArkitName, number>>): number {
  const { values } = createPose();
  for (const [name, value] of Object.entries(weights)) values[CHANNEL[name as ArkitName]] = value;
  return lipGap(values);
}

it('is closed at rest, and opens with the jaw', () => {
  expect(gapOf({})).toBeLessThan(0);
  expect(gapOf({ jawOpen: 0.02 })).toBeLessThan(1);
  expect(gapOf({ jawOpen: 0.1 })).toBeGreaterThan(1);
  const gaps = [0, 0.1, 0.2, 0.4, 0.8, 1].map((jawOpen) => gapOf({ jawOpen }));
  expect(gaps).toEqual([...gaps].sort((a, b) => a - b));
  expect(gaps.at(-1)).toBeGreaterThan(15);
  expect(gaps.at(-1)).toBeLessThan(40);
});

it('closes an open jaw\'s lips with mouthClose, up to the jaw\'s own', () => {
  expect(gapOf({ jawOpen: 0.5, mouthClose: 0.5 })).toBeLessThan(1);
  expect(gapOf({ jawOpen: 0.5, mouthClose: 0.25 })).toBeGreaterThan(3);
  expect(gapOf({ jawOpen: 0.3, mouthClose: 0.9 })).toBeCloseTo(gapOf({ jawOpen: 0.3, mouthClose: 0.3 }), 1);
});

it('parts lips that are drawn up and down', () => {
  expect(gapOf({ jawOpen: 0.1, mouthUpperUpLeft: 0.5, mouthUpperUpRight: 0.5 })).toBeGreaterThan(gapOf({ jawOpen: 0.1 }));
});
