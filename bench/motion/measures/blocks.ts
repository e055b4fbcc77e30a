/**
 * Block bootstrap. Frames are dependent, so whole blocks of about 5 s are drawn with replacement; a statistic is a
 * function of how often each block was drawn. The same draws serve every system: their differences are paired.
 */
import { seededRandom } from '@visavis/face';
import { FPS } from '../track.js';

export const BLOCK_FRAMES = 5 * FPS;
const DRAWS = 1000;
const SEED = 20_261_123;

/** Value of a statistic when block i counts `weights[i]` times. */
export type Statistic = (weights: Float64Array) => number;

export interface Estimate {
  readonly value: number;
  /** 95 % interval: the 2.5th and 97.5th percentile over the draws. */
  readonly low: number;
  readonly high: number;
}

/** A run of frames that is drawn as one: [from, to). */
export interface Block {
  readonly from: number;
  readonly to: number;
}

/** Cuts each recording, given by its frame count, into blocks that never cross its ends. Frames count on over all. */
export function blocksOf(lengths: readonly number[]): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  for (const length of lengths) {
    const count = Math.max(1, Math.round(length / BLOCK_FRAMES));
    for (let i = 0; i < count; i++) {
      blocks.push({ from: at + Math.round((i * length) / count), to: at + Math.round(((i + 1) * length) / count) });
    }
    at += length;
  }
  return blocks;
}

/** Seeded draws: how often each of `sizes` consecutive groups' blocks was drawn; each group keeps its size. */
export function drawBlocks(sizes: readonly number[]): Float64Array[] {
  const random = seededRandom(SEED);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return Array.from({ length: DRAWS }, () => {
    const weights = new Float64Array(total);
    let first = 0;
    for (const size of sizes) {
      for (let i = 0; i < size; i++) weights[first + Math.floor(random() * size)]! += 1;
      first += size;
    }
    return weights;
  });
}

export function estimate(statistic: Statistic, draws: readonly Float64Array[]): Estimate {
  const values = Float64Array.from(draws, statistic).filter(Number.isFinite).sort();
  const at = (share: number): number => values[Math.round(share * (values.length - 1))] ?? NaN;
  return { value: statistic(new Float64Array(draws[0]!.length).fill(1)), low: at(0.025), high: at(0.975) };
}

/** How much more `ours` reaches than `theirs` on the same draws. */
export function pairedGain(ours: Statistic, theirs: Statistic, draws: readonly Float64Array[]): Estimate {
  return estimate((weights) => ours(weights) - theirs(weights), draws);
}

/** Ratio of two sums over blocks. */
export function ratioStatistic(over: ArrayLike<number>, under: ArrayLike<number>): Statistic {
  return (weights) => weightedSum(over, weights) / weightedSum(under, weights);
}

export function weightedSum(values: ArrayLike<number>, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += values[i]! * weights[i]!;
  return sum;
}
