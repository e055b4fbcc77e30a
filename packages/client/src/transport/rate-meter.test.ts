import { expect, it } from 'vitest';
import { RateMeter } from './rate-meter.js';

it('gives the rate of the last two seconds', () => {
  const meter = new RateMeter();
  expect(meter.perSecond(0, 0)).toBe(0);
  for (let nowMs = 250; nowMs <= 4_000; nowMs += 250) meter.perSecond(nowMs * 4, nowMs);
  expect(meter.perSecond(17_000, 4_250)).toBeCloseTo(4_000);
  for (let nowMs = 4_500; nowMs <= 8_000; nowMs += 250) meter.perSecond(17_000, nowMs);
  expect(meter.perSecond(17_000, 8_250)).toBe(0);
});

it('gives the same rate however often it is asked', () => {
  const meter = new RateMeter();
  let rate = 0;
  for (let nowMs = 0; nowMs <= 5_000; nowMs += 4) rate = meter.perSecond(nowMs < 4_000 ? 0 : 3_000, nowMs);
  expect(rate).toBeCloseTo(1_500, -2);
});
