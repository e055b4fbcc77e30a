import { describe, expect, it } from 'vitest';
import { CameraSway } from './sway.js';

const path = (seed: number, stepMs = 1000 / 60, count = 3_600) => {
  const sway = new CameraSway(seed);
  return Array.from({ length: count }, (_, i) => [...sway.advance(i * stepMs)]);
};

describe('CameraSway', () => {
  it('is the same for the same seed and another for another', () => {
    expect(path(4, 500, 20)).toEqual(path(4, 500, 20));
    expect(path(4, 500, 20)).not.toEqual(path(5, 500, 20));
  });

  it('stays within a few centimetres, moves, and never fast', () => {
    const places = path(1);
    const far = Math.max(...places.flat().map(Math.abs));
    const steps = places.slice(1).map((to, i) => Math.hypot(...to.map((value, axis) => value - places[i]![axis]!)));
    expect(far).toBeLessThan(0.025);
    expect(far).toBeGreaterThan(0.01);
    expect(Math.max(...steps) * 60, 'metres a second').toBeLessThan(0.012);
  });
});
