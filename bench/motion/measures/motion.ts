/** How much a mouth moves. */
import type { Curve } from '../track.js';
import { drawBlocks, estimate, weightedSum, type Block, type Estimate } from './blocks.js';

/** How far something moved in each block, and in how many steps. */
export interface Travel {
  readonly sum: Float64Array;
  readonly steps: Float64Array;
}

/** Sum over each block of the frame-to-frame change of some curves, where both frames are in the mask; and how many steps. */
export function travel(curves: readonly Curve[], mask: readonly boolean[], blocks: readonly Block[]): Travel {
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

/** Speed of one over that of another that has nothing to do with it: the blocks of both are drawn. */
export function speedRatio(over: Travel, under: Travel): Estimate {
  const count = over.sum.length;
  const speed = ({ sum, steps }: Travel, weights: Float64Array): number => weightedSum(sum, weights) / weightedSum(steps, weights);
  return estimate((weights) => speed(over, weights.subarray(0, count)) / speed(under, weights.subarray(count)), drawBlocks([count, under.sum.length]));
}
