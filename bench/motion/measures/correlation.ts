/** Pearson's r, and the lag at which two curves agree best. */
import { FPS, type Curve } from '../track.js';
import { weightedSum, type Block, type Statistic } from './blocks.js';

/** Lags tried, either way: 200 ms. */
export const MAX_LAG_FRAMES = 6;

export interface Lag {
  /** Whole frames to move the system's curve by, later where positive. */
  readonly frames: number;
  /** The same between frames, from the parabola through the three best values; positive: the system is early. */
  readonly ms: number;
}

/** Pearson's r over the frames of `mask`, by blocks. */
export function correlation(ours: Curve, truth: Curve, mask: readonly boolean[], blocks: readonly Block[]): Statistic {
  const sums = Array.from({ length: 6 }, () => new Float64Array(blocks.length));
  blocks.forEach(({ from, to }, block) => {
    for (let k = from; k < to; k++) {
      if (!mask[k]) continue;
      const [x, y] = [ours[k]!, truth[k]!];
      [1, x, y, x * x, y * y, x * y].forEach((term, i) => { sums[i]![block]! += term; });
    }
  });
  return (weights) => {
    const [n, x, y, xx, yy, xy] = sums.map((values) => weightedSum(values, weights)) as [number, number, number, number, number, number];
    return (xy - (x * y) / n) / Math.sqrt((xx - (x * x) / n) * (yy - (y * y) / n));
  };
}

/** The lag at which whole curves of one recording correlate best. */
export function bestLag(ours: Curve, truth: Curve): Lag {
  const whole = { from: 0, to: truth.length };
  const everything = new Array<boolean>(truth.length).fill(true);
  const at = (frames: number): number => {
    const r = correlation(shift(ours, frames, truth.length), truth, everything, [whole])(Float64Array.of(1));
    return Number.isFinite(r) ? r : -1;
  };
  const values = Array.from({ length: 2 * MAX_LAG_FRAMES + 1 }, (_, i) => at(i - MAX_LAG_FRAMES));
  const peak = values.indexOf(Math.max(...values));
  const frames = peak - MAX_LAG_FRAMES;
  return { frames, ms: ((frames + vertex(values[peak - 1], values[peak]!, values[peak + 1])) * 1000) / FPS };
}

/** Where a parabola through three values has its top, from the middle one. */
function vertex(before: number | undefined, top: number, after: number | undefined): number {
  if (before === undefined || after === undefined) return 0;
  const bend = before - 2 * top + after;
  return bend < 0 ? (before - after) / (2 * bend) : 0;
}

/** The curve `frames` later, its ends held, cut or filled to `length`. */
export function shift(curve: Curve, frames: number, length: number): Curve {
  return Float64Array.from({ length }, (_, k) => curve[Math.min(curve.length - 1, Math.max(0, k - frames))] ?? 0);
}
