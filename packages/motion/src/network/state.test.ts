import { expect, it } from 'vitest';
import { PlainState, RingState } from './state.js';

it('a ring gives each block the rows that its taps look back at, zeros before the first', () => {
  const shape = { dilations: [1, 3], taps: 2, width: 2 };
  const ring = new RingState(shape);
  /** The row of a block at a step: its number, and the block's. */
  const rowAt = (step: number, block: number): number[] => (step < 0 ? [0, 0] : [step + 1, block + 10]);
  for (let round = 0; round < 2; round++, ring.reset()) {
    for (let step = 0; step < 20; step++) {
      const seen = new Float32Array(1 + 8);
      ring.gather(seen, 1);
      const wanted = shape.dilations.flatMap((dilation, block) => [2, 1].flatMap((back) => rowAt(step - back * dilation, block)));
      expect([...seen]).toEqual([0, ...wanted]);
      ring.take(Float32Array.of(0, ...rowAt(step, 0), ...rowAt(step, 1)), 1);
    }
  }
});

it('a plain state gives what it took', () => {
  const state = new PlainState(2);
  state.take(Float32Array.of(9, 1, 2), 1);
  const seen = new Float32Array(3);
  state.gather(seen, 0);
  expect([...seen]).toEqual([1, 2, 0]);
  state.reset();
  state.gather(seen, 1);
  expect([...seen]).toEqual([1, 0, 0]);
});
