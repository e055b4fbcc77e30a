/** Every system on what the bench makes itself: closures in speech with known phones, stillness in what is no speech. */
import type { Utterance } from '../corpus/flite.js';
import type { Negative } from '../corpus/negatives.js';
import type { LipGap } from '../face/lip-gap.js';
import { blocksOf, drawBlocks, estimate, type Estimate, type Statistic } from '../measures/blocks.js';
import { closureStatistics, countClosures, shownAtRate } from '../measures/closures.js';
import { travel } from '../measures/motion.js';
import { curveOf, FPS, openingOf, roundingOf, type Curve, type Track } from '../track.js';

/** Lips are closed under this gap. */
export const CLOSED_MM = 1;
const FALSE_RATES = [0.15, 0.3] as const;
/** Thresholds tried where it is free: so many gaps of the system's own, from its smallest to its middle one. */
const RUNGS = 80;

export interface MadeResult {
  readonly closures: {
    readonly shown: Estimate;
    readonly falsePerSecond: Estimate;
    readonly shownAtFreeThreshold: readonly { readonly falsePerSecond: number; readonly shown: Estimate }[];
  };
  /** Mouth travel per frame in each kind of sound over that in speech. */
  readonly motionAgainstSpeech: Readonly<Record<Negative['name'], Estimate>>;
}

export function judgeMade(utterances: readonly Utterance[], spoken: readonly Track[], negatives: readonly Negative[], still: readonly Track[], lipGap: LipGap): MadeResult {
  const speech = speechTravel(utterances, spoken);
  const motion = negatives.map(({ name }, i) => [name, motionAgainst(speech, still[i]!)] as const);
  return {
    closures: judgeClosures(utterances, spoken, lipGap),
    motionAgainstSpeech: Object.fromEntries(motion) as MadeResult['motionAgainstSpeech'],
  };
}

function judgeClosures(utterances: readonly Utterance[], spoken: readonly Track[], lipGap: LipGap): MadeResult['closures'] {
  const gaps = spoken.map((track) => curveOf(track, lipGap));
  const countsAt = (thresholdMm: number) => utterances.map(({ phones }, i) => countClosures(gaps[i]!, phones, thresholdMm));
  const draws = drawBlocks([utterances.length]);
  const fixed = closureStatistics(countsAt(CLOSED_MM));
  const ladder = ownGaps(gaps).map(countsAt);
  return {
    shown: estimate(fixed.shown, draws), falsePerSecond: estimate(fixed.falseRate, draws),
    shownAtFreeThreshold: FALSE_RATES.map((falsePerSecond) => ({ falsePerSecond, shown: estimate(shownAtRate(ladder, falsePerSecond), draws) })),
  };
}

function ownGaps(gaps: readonly Curve[]): number[] {
  const sorted = Float64Array.from(gaps.flatMap((gap) => [...gap])).sort();
  return Array.from({ length: RUNGS }, (_, i) => sorted[Math.floor((i * sorted.length) / (2 * RUNGS))]!);
}

interface Travel {
  readonly sum: Float64Array;
  readonly steps: Float64Array;
}

/** Travel of opening and rounding within speech, a block per utterance. */
function speechTravel(utterances: readonly Utterance[], spoken: readonly Track[]): Travel {
  const parts = utterances.map(({ phones }, i) => {
    const [first, last] = [phones.find(({ name }) => name !== 'pau'), phones.findLast(({ name }) => name !== 'pau')];
    const track = spoken[i]!;
    const mask = track.map((_, k) => (k * 1000) / FPS >= first!.startMs && (k * 1000) / FPS < last!.endMs);
    return travel([openingOf(track), roundingOf(track)], mask, [{ from: 0, to: track.length }]);
  });
  return { sum: Float64Array.from(parts, ({ sum }) => sum[0]!), steps: Float64Array.from(parts, ({ steps }) => steps[0]!) };
}

function motionAgainst(speech: Travel, still: Track): Estimate {
  const blocks = blocksOf([still.length]);
  const moved = travel([openingOf(still), roundingOf(still)], still.map(() => true), blocks);
  // Both sides are drawn: first the blocks of the sound, then the utterances.
  const rate = ({ sum, steps }: Travel, weights: Float64Array): number => {
    let [total, count] = [0, 0];
    weights.forEach((weight, i) => { total += weight * sum[i]!; count += weight * steps[i]!; });
    return total / count;
  };
  const statistic: Statistic = (weights) => rate(moved, weights.subarray(0, blocks.length)) / rate(speech, weights.subarray(blocks.length));
  return estimate(statistic, drawBlocks([blocks.length, speech.sum.length]));
}
