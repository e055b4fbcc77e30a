import { describe, expect, it } from 'vitest';
import { Lateness, MAX_DELAY_MS, StartDelay } from './start-delay.js';

describe('lateness', () => {
  it('is against the first part, and none where speech comes faster than it is heard', () => {
    const late = new Lateness();
    for (const [mediaMs, atMs] of [[0, 1_000], [100, 1_130], [200, 1_190], [300, 1_385]] as const) late.add(mediaMs, atMs);
    expect(late.worstMs).toBe(85);
    const burst = new Lateness();
    for (const [mediaMs, atMs] of [[0, 0], [500, 40], [1_000, 300], [1_500, 900]] as const) burst.add(mediaMs, atMs);
    expect(burst.worstMs).toBe(0);
  });

  it('of a voice that paused is counted from where it goes on', () => {
    const late = new Lateness();
    for (const [mediaMs, atMs] of [[0, 0], [100, 2_000], [200, 2_150]] as const) late.add(mediaMs, atMs);
    expect(late.worstMs).toBe(50);
  });
});

describe('the start delay', () => {
  it('goes up fast and down slowly, within its bounds', () => {
    const delay = new StartDelay();
    expect(delay.ms).toBe(0);
    const seen = [100, 100, 100, 0, 0].map((worst) => {
      delay.learn(worst);
      return delay.ms;
    });
    expect(seen).toEqual([60, 90, 105, 91.875, 80.390625]);
    for (let i = 0; i < 50; i++) delay.learn(450);
    expect(delay.ms).toBeCloseTo(MAX_DELAY_MS, 6);
    for (let i = 0; i < 100; i++) delay.learn(0);
    expect(delay.ms).toBeLessThan(0.01);
  });
});
