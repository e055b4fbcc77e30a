import { describe, expect, it } from 'vitest';
import { QualityGovernor } from './governor.js';
import type { QualityName } from './quality.js';

/** Runs `governor` for `seconds` of frames that take `intervalOf(quality)` ms each, and lists the qualities it went through. */
function run(governor: QualityGovernor, seconds: number, intervalOf: (quality: QualityName) => number, clock = { ms: 0 }): QualityName[] {
  const seen = [governor.quality];
  for (const endMs = clock.ms + seconds * 1000; clock.ms < endMs;) {
    clock.ms += intervalOf(governor.quality);
    const next = governor.frame(clock.ms);
    if (next !== seen.at(-1)) seen.push(next);
  }
  return seen;
}

const COST: Readonly<Record<QualityName, number>> = { low: 16, medium: 16.7, high: 30, ultra: 60 };

describe('QualityGovernor', () => {
  it('keeps its step where frames come as the display does, and then goes up carefully', () => {
    expect(run(new QualityGovernor('high'), 7, () => 16.7)).toEqual(['high']);
    expect(run(new QualityGovernor('high'), 30, () => 16.7)).toEqual(['high', 'ultra']);
  });

  it('steps down one by one until frames come in time', () => {
    expect(run(new QualityGovernor('ultra'), 6, (quality) => COST[quality])).toEqual(['ultra', 'high', 'medium']);
  });

  it('holds a finer step where fewer frames are wanted', () => {
    expect(run(new QualityGovernor('ultra', 30), 8, (quality) => Math.max(33.3, COST[quality]))).toEqual(['ultra', 'high']);
  });

  it('ignores a few late frames', () => {
    let i = 0;
    expect(run(new QualityGovernor('high'), 60, () => (i++ % 5 === 0 ? 34 : 16.7))).toEqual(['high']);
  });

  it('tries a step up ever more seldom when it does not hold', () => {
    const governor = new QualityGovernor('medium');
    const clock = { ms: 0 };
    const tries = [60, 60, 60, 60].map((seconds) => run(governor, seconds, (quality) => COST[quality], clock).filter((quality) => quality === 'high').length);
    expect(tries[0]).toBeGreaterThan(1);
    expect(tries.at(-1)).toBeLessThanOrEqual(1);
    expect(governor.quality).toBe('medium');
  });

  it('does not blame itself for a display of 30 Hz, and notices when it falls behind that', () => {
    const governor = new QualityGovernor('high');
    const clock = { ms: 0 };
    expect(run(governor, 8, () => 1000 / 30, clock)).toEqual(['high', 'medium', 'low', 'high']);
    expect(run(governor, 7, () => 1000 / 30, clock)).toEqual(['high']);
    expect(run(governor, 4, (quality) => (quality === 'high' ? 66 : 33), clock)).toEqual(['high', 'medium']);
  });

  it('stays at the lowest step on a machine that is too slow for all', () => {
    expect(run(new QualityGovernor('high'), 60, () => 150)).toEqual(['high', 'medium', 'low']);
  });

  it('takes a hidden page for a pause, not for a slow machine', () => {
    const governor = new QualityGovernor('high');
    let i = 0;
    expect(run(governor, 30, () => (i++ % 4 === 0 ? 2_000 : 16.7))).toEqual(['high']);
  });
});
