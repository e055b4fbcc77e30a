/** How much a mouth moves. */
import type { Curve } from '../track.js';
import type { Block } from './blocks.js';

/** Sum over each block of the frame-to-frame change of some curves, where both frames are in the mask; and how many steps. */
export function travel(curves: readonly Curve[], mask: readonly boolean[], blocks: readonly Block[]): { sum: Float64Array; steps: Float64Array } {
  const sum = new Float64Array(blocks.length);
  const steps = new Float64Array(blocks.length);
  blocks.forEach(({ from, to }, block) => {
    for (let k = from + 1; k < to; k++) {
      if (!mask[k] || !mask[k - 1]) continue;
      steps[block]! += 1;
      for (const curve of curves) sum[block]! += Math.abs(curve[k]! - curve[k - 1]!);
    }
  });
  return { sum, steps };
}
