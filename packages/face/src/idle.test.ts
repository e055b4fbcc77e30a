import { describe, expect, it } from 'vitest';
import { CHANNEL, CHANNEL_COUNT, IdleLife } from './index.js';

const STEP_MS = 4;

interface BlinkSpan {
  closingMs: number;
  openingMs: number;
}

/** Blinks in `minutes` of idle life, each split where the lids first are and last are fully shut. */
function blinksOf(seed: number, minutes: number): BlinkSpan[] {
  const life = new IdleLife({ seed });
  const blinks: BlinkSpan[] = [];
  let start = -1;
  let shut = -1;
  let lastShut = -1;
  for (let t = 0; t < minutes * 60_000; t += STEP_MS) {
    const lid = life.advance(t).values[CHANNEL.eyeBlinkLeft]!;
    if (lid > 0 && start < 0) start = t;
    if (lid === 1 && start >= 0) {
      if (shut < 0) shut = t;
      lastShut = t;
    }
    if (lid === 0 && start >= 0) {
      blinks.push({ closingMs: shut - start, openingMs: t - lastShut });
      start = shut = -1;
    }
  }
  return blinks;
}

function series(seed: number, seconds: number, read: (values: Float32Array) => number, stepMs = 20): number[] {
  const life = new IdleLife({ seed });
  return Array.from({ length: (seconds * 1000) / stepMs }, (_, i) => read(life.advance(i * stepMs).values));
}

function deviation(values: number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

describe('IdleLife', () => {
  it('blinks 15 to 20 times a minute over half an hour, whatever the seed', () => {
    for (const seed of [1, 2, 3, 7, 42]) {
      const rate = blinksOf(seed, 30).length / 30;
      expect(rate).toBeGreaterThanOrEqual(15);
      expect(rate).toBeLessThanOrEqual(20);
    }
  });

  it('closes in 70-100 ms and opens in 130-250 ms', () => {
    for (const { closingMs, openingMs } of blinksOf(5, 10)) {
      expect(closingMs).toBeGreaterThanOrEqual(70 - 2 * STEP_MS);
      expect(closingMs).toBeLessThanOrEqual(100 + 2 * STEP_MS);
      expect(openingMs).toBeGreaterThanOrEqual(130 - 2 * STEP_MS);
      expect(openingMs).toBeLessThanOrEqual(250 + 2 * STEP_MS);
    }
  });

  it('breathes at 0.2-0.3 Hz', () => {
    for (const seed of [1, 9]) {
      const height = series(seed, 100, (values) => values[CHANNEL.headY]!);
      const crossings = height.filter((y, i) => i > 0 && y > 0 && height[i - 1]! <= 0).length;
      expect(crossings / 100).toBeGreaterThanOrEqual(0.2);
      expect(crossings / 100).toBeLessThanOrEqual(0.3);
    }
  });

  it('looks around in jumps: still most of the time, fast in between', () => {
    const yaw = series(3, 120, (v) => v[CHANNEL.eyeLookOutLeft]! - v[CHANNEL.eyeLookInLeft]!, 10);
    const steps = yaw.slice(1).map((value, i) => Math.abs(value - yaw[i]!));
    const still = steps.filter((step) => step < 1e-6).length / steps.length;
    expect(still).toBeGreaterThan(0.85);
    expect(Math.max(...steps)).toBeGreaterThan(0.02);
  });

  it('drifts slowly: a degree or so, never a jerk', () => {
    const yaw = series(4, 300, (values) => (values[CHANNEL.headYaw]! * 180) / Math.PI);
    expect(deviation(yaw)).toBeGreaterThan(0.3);
    expect(deviation(yaw)).toBeLessThan(2);
    expect(Math.max(...yaw.slice(1).map((value, i) => Math.abs(value - yaw[i]!)))).toBeLessThan(0.5);
  });

  it('is the same for the same seed and another for another', () => {
    const sum = (seed: number): number => series(seed, 20, (v) => v[CHANNEL.headYaw]! + v[CHANNEL.eyeBlinkLeft]!).reduce((a, b) => a + b);
    expect(sum(11)).toBe(sum(11));
    expect(sum(11)).not.toBe(sum(12));
  });

  it('drives only the channels of its mask', () => {
    const life = new IdleLife({ seed: 6 });
    for (let t = 0; t < 60_000; t += 33) {
      const { values } = life.advance(t);
      for (let i = 0; i < CHANNEL_COUNT; i++) if (!life.mask[i]) expect(values[i]).toBe(0);
    }
  });

  it('blinks when asked and survives a tab hidden for an hour', () => {
    const life = new IdleLife({ seed: 8 });
    life.advance(0);
    life.blink(100);
    life.advance(100);
    expect(life.advance(190).values[CHANNEL.eyeBlinkLeft]).toBeGreaterThan(0.5);
    const after = life.advance(3_600_000);
    expect(after.values.every((value) => Number.isFinite(value))).toBe(true);
  });
});
