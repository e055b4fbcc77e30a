import { expect, it } from 'vitest';
import { growthKb } from './report.js';
import type { Segment } from './state.js';

function segment(heapKb: readonly number[]): Segment {
  const samples = heapKb.map((kb, i) => ({ cpuSeconds: i * 60, executions: i, heapBytes: kb * 1024, rssBytes: 0 }));
  return { seed: 1, startedAt: '', samples };
}

it('reports growth from the first quarter of samples to the last, start-up left out, of the process that grew most', () => {
  const steady = segment([0, 100, 101, 99, 100, 100, 101, 99, 100]);
  const leaking = segment([0, 100, 200, 300, 400, 500, 600, 700, 800]);
  expect(growthKb([steady], 'heapBytes')).toBe(-1);
  expect(growthKb([steady, leaking], 'heapBytes')).toBe(600);
  expect(growthKb([segment([0, 1000])], 'heapBytes')).toBe(0);
});
