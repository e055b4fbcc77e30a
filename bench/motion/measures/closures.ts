/**
 * Closures of /m b p/, judged against phone times. Shown: the gap is under the threshold at some time within 40 ms of the
 * phone's middle. False: each unbroken time of at least 20 ms with the gap under it where no closure belongs: outside
 * /m b p/ and pauses, and 40 ms clear of them. So a mouth that never opens shows every closure and pays for each word.
 */
import { FPS, type Curve } from '../track.js';
import { ratioStatistic, weightedSum, type Statistic } from './blocks.js';

/** Times in milliseconds. */
export interface Phone {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface ClosureCounts {
  readonly shown: number;
  readonly wanted: number;
  readonly falseOnes: number;
  readonly speechSeconds: number;
}

const BILABIALS = new Set(['m', 'b', 'p']);
const PAUSE = 'pau';
const REACH_MS = 40;
/** Poses are interpolated as a player does, and looked at so often. */
const STEP_MS = 10;
const SHORTEST_FALSE_STEPS = 2;

export function countClosures(gap: Curve, phones: readonly Phone[], threshold: number): ClosureCounts {
  const closedAt = (timeMs: number): boolean => between(gap, (timeMs * FPS) / 1000) < threshold;
  const bilabials = phones.filter(({ name }) => BILABIALS.has(name));
  const shown = bilabials.filter(({ startMs, endMs }) => anyWithin((startMs + endMs) / 2, closedAt)).length;
  const allowed = phones.filter(({ name }) => BILABIALS.has(name) || name === PAUSE);
  let [falseOnes, run] = [0, 0];
  for (let timeMs = 0; timeMs < (phones.at(-1)?.endMs ?? 0); timeMs += STEP_MS) {
    if (allowed.some(({ startMs, endMs }) => timeMs >= startMs - REACH_MS && timeMs <= endMs + REACH_MS)) {
      run = 0;
      continue;
    }
    run = closedAt(timeMs) ? run + 1 : 0;
    if (run === SHORTEST_FALSE_STEPS) falseOnes++;
  }
  const speechMs = phones.reduce((sum, { name, startMs, endMs }) => sum + (name === PAUSE ? 0 : endMs - startMs), 0);
  return { shown, wanted: bilabials.length, falseOnes, speechSeconds: speechMs / 1000 };
}

function anyWithin(middleMs: number, holds: (timeMs: number) => boolean): boolean {
  for (let offset = -REACH_MS; offset <= REACH_MS; offset += STEP_MS) if (holds(middleMs + offset)) return true;
  return false;
}

function between(curve: Curve, at: number): number {
  const first = Math.min(curve.length - 1, Math.max(0, Math.floor(at)));
  const next = Math.min(curve.length - 1, first + 1);
  const share = Math.min(1, Math.max(0, at - first));
  return curve[first]! * (1 - share) + curve[next]! * share;
}

export interface ClosureStatistics {
  /** Share of the closures that are shown. */
  readonly shown: Statistic;
  /** False closures per second of speech. */
  readonly falseRate: Statistic;
}

/** At one threshold, a block per utterance. */
export function closureStatistics(counts: readonly ClosureCounts[]): ClosureStatistics {
  return {
    shown: ratioStatistic(counts.map(({ shown }) => shown), counts.map(({ wanted }) => wanted)),
    falseRate: ratioStatistic(counts.map(({ falseOnes }) => falseOnes), counts.map(({ speechSeconds }) => speechSeconds)),
  };
}

/**
 * The largest share shown at any threshold whose false closures stay at or under `rate` a second on the same draw: where a
 * system would stand if its own scale were set for it. `ladder` holds the counts of every utterance at each threshold.
 */
export function shownAtRate(ladder: readonly (readonly ClosureCounts[])[], rate: number): Statistic {
  const rungs = ladder.map((counts) => ({
    shown: counts.map(({ shown }) => shown), wanted: counts.map(({ wanted }) => wanted),
    falseOnes: counts.map(({ falseOnes }) => falseOnes), seconds: counts.map(({ speechSeconds }) => speechSeconds),
  }));
  return (weights) => {
    let best = 0;
    for (const { shown, wanted, falseOnes, seconds } of rungs) {
      if (weightedSum(falseOnes, weights) > rate * weightedSum(seconds, weights)) continue;
      best = Math.max(best, weightedSum(shown, weights) / weightedSum(wanted, weights));
    }
    return best;
  };
}
